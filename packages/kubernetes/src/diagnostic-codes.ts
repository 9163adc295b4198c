/** How much a diagnostic matters: something is left out or unserved; it may not do what was meant; it is good to know. */
export type Severity = 'error' | 'warning' | 'info'

/** What is always true of one diagnostic code, whatever object it is about. */
export interface DiagnosticCodeInfo {
  readonly severity: Severity
  /** One line that names the trouble without naming the object. */
  readonly title: string
  /** One line that says what to do. */
  readonly fix: string
}

/** Every code a diagnostic can have. Codes are stable: they may be added, never renamed. */
export const diagnosticCodes = {
  // Reading
  'yaml-syntax': {
    severity: 'error',
    title: 'The text is not valid YAML or JSON',
    fix: 'Correct the syntax at the named line.',
  },
  'duplicate-key': {
    severity: 'warning',
    title: 'A key is written twice in the same place',
    fix: 'Keep one of the two; Kubernetes uses the last and forgets the other.',
  },
  'template-not-rendered': {
    severity: 'error',
    title: 'The file is a template, not a manifest',
    fix: 'Render it first and check the result, for example: helm template . | ingot check -f -',
  },
  'kustomize-file': {
    severity: 'info',
    title: 'The file belongs to Kustomize and is not an object itself',
    fix: 'Check what Kustomize makes of it: kubectl kustomize . | ingot check -f -',
  },
  'file-too-large': {
    severity: 'error',
    title: 'The file is larger than what is read at once',
    fix: 'Split the file, or name the right one.',
  },
  'too-many-aliases': {
    severity: 'error',
    title: 'YAML aliases in the document expand to too much',
    fix: 'Write the repeated part out, or use fewer aliases.',
  },
  'nested-too-deep': {
    severity: 'error',
    title: 'The document is nested too deeply to be read',
    fix: 'No Kubernetes object is nested this deeply; look for runaway brackets or indentation.',
  },
  'unreadable-file': {
    severity: 'error',
    title: 'The file cannot be read',
    fix: 'Check that the file exists and that its permissions allow reading it.',
  },
  'invalid-resolve-file': {
    severity: 'error',
    title: 'An entry of resolve.yaml does not say where a Service is',
    fix: 'Write SERVICE: HOST:PORT, or NAMESPACE/SERVICE:PORT: [HOST:PORT, HOST:PORT].',
  },
  'not-an-object': {
    severity: 'warning',
    title: 'The document is not a Kubernetes object',
    fix: 'Give it apiVersion, kind and metadata.name, or move the file elsewhere.',
  },

  // Validity of objects, as the Kubernetes API server decides it
  'legacy-api-version': {
    severity: 'warning',
    title: 'The Ingress is written for an API version that Kubernetes removed in 1.22',
    fix: 'Rewrite it for networking.k8s.io/v1; kubectl convert does most of it.',
  },
  'unsupported-api-version': {
    severity: 'warning',
    title: 'The object has an API version that is not known here, and is not used',
    fix: 'Use the stable version of this kind.',
  },
  'wrong-type': {
    severity: 'error',
    title: 'A field has the wrong type of value',
    fix: 'Write the value as the field needs it; quotes turn a number or true/false into text.',
  },
  'unknown-field': {
    severity: 'warning',
    title: 'A field is not known to Kubernetes and has no effect',
    fix: 'Check the spelling and the indentation, or remove the field.',
  },
  'missing-field': {
    severity: 'error',
    title: 'A required field is missing',
    fix: 'Add the field.',
  },
  'invalid-name': {
    severity: 'error',
    title: 'A name has characters or a length that Kubernetes refuses',
    fix: 'Use lower-case letters, digits and hyphens, beginning and ending with a letter or digit.',
  },
  'invalid-metadata': {
    severity: 'error',
    title: 'A label, an annotation or other metadata would be refused by Kubernetes',
    fix: 'Correct the key or value; the message says what it may be.',
  },
  'ingress-without-routes': {
    severity: 'error',
    title: 'The Ingress has neither rules nor a default backend',
    fix: 'Add spec.rules or spec.defaultBackend.',
  },
  'invalid-host': {
    severity: 'error',
    title: 'A rule host is not a name that Kubernetes accepts',
    fix: 'Use a name such as shop.example.com, or *.example.com for one more label in front.',
  },
  'rule-without-paths': {
    severity: 'error',
    title: 'A rule has http but no paths',
    fix: 'List at least one path, or remove http.',
  },
  'missing-path-type': {
    severity: 'error',
    title: 'A path does not say how it is compared',
    fix: 'Add pathType: Prefix (this path and everything below it) or pathType: Exact (this path only).',
  },
  'unknown-path-type': {
    severity: 'error',
    title: 'A pathType is none of the three that exist',
    fix: 'Use Exact, Prefix or ImplementationSpecific, spelled exactly so.',
  },
  'invalid-path': {
    severity: 'error',
    title: 'A path is not one that Kubernetes accepts',
    fix: 'Begin with /, and leave out //, /./, /../ and %2F.',
  },
  'invalid-backend': {
    severity: 'error',
    title: 'A backend does not name exactly one Service and port, or one resource',
    fix: 'Give service.name and either service.port.number or service.port.name.',
  },
  'invalid-port': {
    severity: 'error',
    title: 'A port is not a valid number or name',
    fix: 'Use a number from 1 to 65535, or a name of at most 15 lower-case letters, digits and hyphens.',
  },
  'invalid-tls': {
    severity: 'error',
    title: 'A tls entry has a host or secret name that Kubernetes refuses',
    fix: 'List plain or *. host names and the name of a Secret in the same namespace.',
  },
  'invalid-class': {
    severity: 'error',
    title: 'An IngressClass or a reference to one would be refused by Kubernetes',
    fix: 'Correct the named field; the message says what it may be.',
  },
  'invalid-service': {
    severity: 'error',
    title: 'A Service would be refused by Kubernetes',
    fix: 'Correct the named field; the message says what it may be.',
  },
  'invalid-endpoint-slice': {
    severity: 'error',
    title: 'An EndpointSlice, or a part of it, would be refused by Kubernetes',
    fix: 'Correct the named field; the message says what it may be.',
  },
  'invalid-secret': {
    severity: 'error',
    title: 'A Secret would be refused by Kubernetes',
    fix: 'Correct the named field; a value in data has to be in base64.',
  },
  'duplicate-object': {
    severity: 'warning',
    title: 'The same object is written in two places',
    fix: 'Remove one; the first is used here, while kubectl apply would keep the last.',
  },

  // Routes
  'duplicate-path': {
    severity: 'warning',
    title: 'Two rules claim the same host and path, and only the first is used',
    fix: 'Remove one of the two, or give them different paths.',
  },
  'duplicate-path-across-namespaces': {
    severity: 'error',
    title: 'Two namespaces claim the same host and path, and only the first is used',
    fix: 'Agree on which namespace owns the path, and remove the other.',
  },
  'host-in-several-namespaces': {
    severity: 'info',
    title: 'A host is shared by Ingresses of more than one namespace',
    fix: 'Fine if intended; otherwise bind the host to one namespace with kubernetes.hostOwnership in ingot.yaml.',
  },
  'host-not-allowed': {
    severity: 'error',
    title: 'A namespace uses a host that belongs to other namespaces',
    fix: 'Use another host, or add the namespace to kubernetes.hostOwnership in ingot.yaml.',
  },
  'shadowed-path': {
    severity: 'warning',
    title: 'A path can never receive a request, because another path takes all of them',
    fix: 'Remove the path, or change one of the two.',
  },
  'exact-before-slash-prefix': {
    severity: 'info',
    title: 'An Exact path and a longer Prefix with a trailing slash both match one request',
    fix: 'Nothing to do if the Exact path is meant to win; some other controllers decide differently.',
  },
  'regex-looking-path': {
    severity: 'warning',
    title: 'A path looks like a pattern, with * or a regular expression, but is compared as plain text',
    fix: 'Write the path as a plain Prefix, such as /api in place of /api/* or /api(/|$)(.*).',
  },
  'odd-path': {
    severity: 'warning',
    title: 'A path contains a character that often means something else in a URL',
    fix: 'Check that the path is what clients really send.',
  },
  'path-rewritten': {
    severity: 'warning',
    title: 'A path is compared in another spelling than the one written',
    fix: 'Write the path in the spelling that is compared.',
  },
  'unmatchable-path': {
    severity: 'error',
    title: 'No valid request can ever have this path',
    fix: 'Write special characters percent-encoded, for example %20 for a space.',
  },
  'unmatchable-host': {
    severity: 'error',
    title: 'No valid request can ever have this host',
    fix: 'Use a host with labels of at most 63 characters.',
  },
  'wildcard-looks-like-ip': {
    severity: 'warning',
    title: 'A wildcard host looks like an IP address, and never matches one',
    fix: 'Use a rule without a host for requests to an IP address.',
  },
  'rule-without-host-and-paths': {
    severity: 'warning',
    title: 'A rule has neither a host nor paths and does nothing',
    fix: 'Remove the rule, or use spec.defaultBackend to catch everything.',
  },
  'host-without-paths': {
    severity: 'info',
    title: 'A rule has a host but no paths: all its requests go to a default backend, or are answered 404',
    fix: 'Add http.paths, or a defaultBackend in the same Ingress.',
  },
  'shadowed-default-backend': {
    severity: 'warning',
    title: 'A default backend is never used, because another one or a / path comes first',
    fix: 'Remove the default backend, or the one that comes first.',
  },
  'global-default-backend': {
    severity: 'warning',
    title: 'A default backend without rules receives every request that no rule of any namespace matches',
    fix: 'Fine if intended; otherwise give the Ingress rules with hosts, or restrict who may do this.',
  },
  'global-default-backend-refused': {
    severity: 'error',
    title: 'A default backend for all hosts is not allowed from this namespace',
    fix: 'Give the Ingress rules with hosts, or allow the namespace in kubernetes.globalDefaultBackend.',
  },

  // Backends
  'service-not-found': {
    severity: 'error',
    title: 'A backend names a Service that does not exist in the namespace of the Ingress',
    fix: 'Create the Service in the same namespace as the Ingress, or correct the name.',
  },
  'port-not-found': {
    severity: 'error',
    title: 'A backend names a port that its Service does not have',
    fix: 'Use a port number or port name of the Service.',
  },
  'looks-like-target-port': {
    severity: 'error',
    title: 'A backend names the port of the Pod (targetPort) where the port of the Service is needed',
    fix: 'Use the number in ports[].port, or the name in ports[].name, of the Service.',
  },
  'port-not-tcp': {
    severity: 'error',
    title: 'A backend names a Service port that does not speak TCP',
    fix: 'Use a TCP port.',
  },
  'no-endpoints': {
    severity: 'warning',
    title: 'Nothing is ready to serve a backend, so its requests are answered 503',
    fix: 'Start the Pods, add an EndpointSlice, or resolve the Service by hand with --resolve.',
  },
  'ignored-addresses': {
    severity: 'info',
    title: 'An EndpointSlice has addresses of a type that is not used',
    fix: 'Use EndpointSlices with IPv4 or IPv6 addresses.',
  },
  'unsupported-backend': {
    severity: 'error',
    title: 'A backend is a resource that nothing here can serve, so its requests are answered 503',
    fix: 'Use a Service as the backend.',
  },
  'external-name-refused': {
    severity: 'error',
    title: 'A backend is a Service of type ExternalName that is not allowed',
    fix: 'Allow the host with kubernetes.externalNames in ingot.yaml, if you trust everyone who may edit the Service.',
  },

  // Classes
  'invalid-class-parameters': {
    severity: 'warning',
    title: 'The parameters of an IngressClass are missing or invalid, and it keeps those it had',
    fix: 'Correct the key ingot.yaml of the ConfigMap that spec.parameters names, and let the controller read it.',
  },
  'class-conflict': {
    severity: 'warning',
    title: 'The class annotation and ingressClassName name different classes',
    fix: 'Remove the annotation kubernetes.io/ingress.class and keep spec.ingressClassName.',
  },
  'class-not-found': {
    severity: 'warning',
    title: 'The Ingress names an IngressClass that does not exist, so no controller serves it',
    fix: 'Create the IngressClass, or name one that exists.',
  },
  'class-missing': {
    severity: 'warning',
    title: 'The Ingress names no class and there is no default class, so it is not served',
    fix: 'Set spec.ingressClassName, or mark one IngressClass as the default.',
  },
  'several-default-classes': {
    severity: 'error',
    title: 'More than one IngressClass is marked as the default',
    fix: 'Mark only one.',
  },

  // TLS
  'tls-host-without-rule': {
    severity: 'warning',
    title: 'A tls host has no rule in the same Ingress',
    fix: 'Spell the host in tls exactly as in the rule, or add a rule for it.',
  },
  'tls-without-hosts': {
    severity: 'warning',
    title: 'A tls entry names no hosts',
    fix: 'List the hosts that the certificate is for.',
  },
  'tls-without-secret': {
    severity: 'info',
    title: 'A tls entry names no Secret, so the default certificate is used',
    fix: 'Set secretName, unless the default certificate is intended.',
  },
  'tls-host-claimed-twice': {
    severity: 'warning',
    title: 'Two Ingresses bring different certificates for one host, and only the first is used',
    fix: 'Keep the certificate of the host in one Ingress.',
  },
  'tls-secret-not-found': {
    severity: 'warning',
    title: 'A tls entry names a Secret that is not there',
    fix: 'Create the Secret in the namespace of the Ingress (certificate tools may do so later).',
  },
  'tls-secret-unusable': {
    severity: 'error',
    title: 'A Secret cannot be used as a certificate',
    fix: 'Make it with: kubectl create secret tls NAME --cert=FILE --key=FILE',
  },

  // Annotations
  'unsupported-annotation': {
    severity: 'info',
    title: 'An annotation of another controller has no effect here',
    fix: 'Remove it, or check that routing without it is what you want.',
  },
  'routing-annotation-ignored': {
    severity: 'warning',
    title: 'An annotation that changes routing in another controller has no effect here',
    fix: 'Express it in rules and paths, or serve with --profile ingress-nginx if that honours it.',
  },
  'unsupported-security-annotation': {
    severity: 'error',
    title: 'An annotation restricts access in another controller, so this Ingress is answered 503 here',
    fix: 'Serve with --profile ingress-nginx if that honours it, or restrict access otherwise and remove or accept the annotation.',
  },
  'auth-url-refused': {
    severity: 'error',
    title: 'An authentication service may not be asked, so this Ingress is answered 503',
    fix: 'Name a Service of the same namespace, as http://auth.NAMESPACE.svc/, or allow the place with --auth-url-allow.',
  },
  'unsupported-expression': {
    severity: 'error',
    title: 'A path is a regular expression that cannot be used, and is answered 503',
    fix: 'Write it in the syntax of RE2: without look-around, back-references and possessive groups, and short.',
  },
  'canary-unused': {
    severity: 'warning',
    title: 'A canary gets no requests',
    fix: 'Give it host, path and pathType of an Ingress of the same namespace that has no other canary.',
  },
  'security-annotation-ignored': {
    severity: 'warning',
    title: 'An annotation that restricts access in another controller has no effect here, and that was accepted',
    fix: 'Make sure that access is restricted by other means.',
  },
  'snippet-annotation': {
    severity: 'error',
    title: 'An annotation inserts raw configuration into another controller; it is ignored here',
    fix: 'Remove it; snippets let everyone who may edit an Ingress run code in the controller.',
  },
} as const satisfies Record<string, DiagnosticCodeInfo>

/** A stable kebab-case name for one kind of trouble. */
export type DiagnosticCode = keyof typeof diagnosticCodes
