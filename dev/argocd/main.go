// What Argo CD itself makes of resources, by its own code: whether they are healthy, and whether they differ from Git.
//
//	argocd health CONFIGMAP <RESOURCE          by the scripts of the ConfigMap; prints status and message, a line each
//	argocd diff GIT <LIVE                      prints what differs, as Argo CD sees it; nothing when in sync
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/argoproj/argo-cd/v3/util/lua"
	"github.com/argoproj/gitops-engine/pkg/diff"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: argocd health|diff FILE <RESOURCE"))
	}
	resource, err := read(os.Stdin)
	fail(err)
	file, err := os.Open(os.Args[2])
	fail(err)
	other, err := read(file)
	fail(err)
	switch os.Args[1] {
	case "health":
		fail(health(other, resource))
	case "diff":
		fail(differences(other, resource))
	default:
		fail(fmt.Errorf("no command %q", os.Args[1]))
	}
}

func health(configMap, resource *unstructured.Unstructured) error {
	kind := resource.GroupVersionKind()
	key := fmt.Sprintf("resource.customizations.health.%s_%s", kind.Group, kind.Kind)
	script, found, err := unstructured.NestedString(configMap.Object, "data", key)
	if err != nil || !found {
		return fmt.Errorf("the ConfigMap has no %s: %w", key, err)
	}
	status, err := lua.VM{}.ExecuteHealthLua(resource, script)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n%s\n", status.Status, status.Message)
	return nil
}

func differences(git, live *unstructured.Unstructured) error {
	result, err := diff.Diff(git, live)
	if err != nil {
		return err
	}
	if result.Modified {
		fmt.Printf("live: %s\nwould be: %s\n", result.NormalizedLive, result.PredictedLive)
	}
	return nil
}

func read(from io.Reader) (*unstructured.Unstructured, error) {
	text, err := io.ReadAll(from)
	if err != nil {
		return nil, err
	}
	// Through JSON, as Argo CD does: numbers are what its code expects.
	content, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, err
	}
	resource := &unstructured.Unstructured{}
	return resource, json.NewDecoder(strings.NewReader(string(content))).Decode(&resource.Object)
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
