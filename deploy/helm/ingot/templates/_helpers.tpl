{{- define "ingot.name" -}}
{{- ternary .Release.Name (printf "%s-ingot" .Release.Name) (contains "ingot" .Release.Name) | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "ingot.selector" -}}
app.kubernetes.io/name: ingot
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "ingot.labels" -}}
{{ include "ingot.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "ingot.subject" -}}
- kind: ServiceAccount
  name: {{ include "ingot.name" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}

{{/* What is needed wherever Ingresses are. */}}
{{- define "ingot.routingRules" -}}
- apiGroups: [networking.k8s.io]
  resources: [ingresses]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [services]
  verbs: [list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
- apiGroups: [networking.k8s.io]
  resources: [ingresses/status]
  verbs: [update]
{{- end }}
