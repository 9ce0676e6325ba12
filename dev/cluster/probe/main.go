// A program for the cluster's own test: a server that greets, and a client that fetches a URL by the Pod's DNS.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "get" {
		fmt.Println(get(os.Args[2]))
		return
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ready" { // kubelet asks every second
			fmt.Println("asked for", r.URL.Path)
		}
		fmt.Fprint(w, "hello from the probe")
	})
	fmt.Println("serving on port 8080")
	fmt.Fprintln(os.Stderr, http.ListenAndServe(":8080", nil))
	os.Exit(1)
}

// Services need a moment until every node knows them, hence the patience.
func get(url string) string {
	client := http.Client{Timeout: 2 * time.Second}
	deadline := time.Now().Add(20 * time.Second)
	for {
		response, err := client.Get(url)
		if err == nil {
			body, _ := io.ReadAll(response.Body)
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return string(body)
			}
			err = fmt.Errorf("%s: %s", url, response.Status)
		}
		if time.Now().After(deadline) {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		time.Sleep(200 * time.Millisecond)
	}
}
