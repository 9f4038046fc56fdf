{{/* The name of this installation: of the controller's objects, and of the label on what it makes for Gateways. */}}
{{- define "headgate.instance" -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "headgate.controller" -}}
{{ include "headgate.instance" . }}-controller
{{- end }}

{{- define "headgate.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "headgate.selector" -}}
app.kubernetes.io/name: headgate-controller
app.kubernetes.io/instance: {{ include "headgate.instance" . }}
{{- end }}

{{- define "headgate.labels" -}}
{{ include "headgate.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}
