{{- define "remuda.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The release's name alone where it has the chart's in it. */}}
{{- define "remuda.fullname" -}}
{{- $name := include "remuda.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* For what is not in a namespace: several releases have one each. */}}
{{- define "remuda.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "remuda.fullname" .) }}
{{- end }}

{{- define "remuda.selector" -}}
app.kubernetes.io/name: {{ include "remuda.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "remuda.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "remuda.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "remuda.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "remuda.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name must be set when serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "remuda.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* The watched namespaces with commas between; empty: all. */}}
{{- define "remuda.namespaces" -}}
{{- if not .Values.clusterWide }}
{{- join "," (default (list .Release.Namespace) .Values.namespaces) }}
{{- end }}
{{- end }}

{{/* What the operator does in a namespace that it watches; a test compares it with what it asks for. None of it reads a Secret. */}}
{{- define "remuda.rules" -}}
- apiGroups: [remuda.dev]
  resources: [backuppolicies, backups, restores]
  verbs: [get, list, watch]
- apiGroups: [remuda.dev]
  resources: [backups]
  verbs: [create, patch, delete]
- apiGroups: [remuda.dev]
  resources: [restores]
  verbs: [patch]
- apiGroups: [remuda.dev]
  resources: [backuppolicies/status, backups/status, restores/status]
  verbs: [patch]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, watch, create, delete]
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [pods/log] # a worker's progress
  verbs: [get]
- apiGroups: [""]
  resources: [events]
  verbs: [list, create]
{{- end }}

{{/* Of each Pod. */}}
{{- define "remuda.podBasics" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Of each container. */}}
{{- define "remuda.containerBasics" -}}
image: {{ include "remuda.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
env:
  - {name: REMUDA_WORKER_IMAGE, value: {{ include "remuda.image" . | quote }}}
  - {name: REMUDA_IMAGE_PULL_POLICY, value: {{ .Values.image.pullPolicy | quote }}}
  - {name: REMUDA_NAMESPACES, value: {{ include "remuda.namespaces" . | quote }}}
  - {name: REMUDA_LOG_FORMAT, value: {{ .Values.logFormat | quote }}}
  - {name: REMUDA_START_DEADLINE_SECONDS, value: {{ .Values.startDeadlineSeconds | int | quote }}}
  - {name: REMUDA_ARCHIVE_POLL_SECONDS, value: {{ .Values.archivePollSeconds | int | quote }}}
  - name: REMUDA_LEASE_NAMESPACE
    valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
  - {name: REMUDA_DESTINATIONS, value: /etc/remuda/destinations}
  {{- with .Values.env }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.resources }}
resources: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{- define "remuda.leave.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/name: {{ include "remuda.name" . }}-leave
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* By weight: the Job comes last. All is gone when it has succeeded. */}}
{{- define "remuda.leave.hook" -}}
helm.sh/hook: post-delete
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{- define "remuda.leave.rules" -}}
- apiGroups: [remuda.dev]
  resources: [backups, restores]
  verbs: [get, list, patch]
{{- end }}
