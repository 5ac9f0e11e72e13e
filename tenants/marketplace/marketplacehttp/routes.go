// Package marketplacehttp is where developers send in strategies and operators
// review them. Both come through the platform's door: a developer with a token
// of their own (fd_…), an operator with the platform's.
package marketplacehttp

import (
	"context"
	"net/http"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/marketplace"
)

// Processes tells how the process of an executable is, and forgives it.
type Processes interface {
	// Process is how a version's process is on this node.
	Process(ctx context.Context, artifacts map[string]string) Process
	// Forgive ends a quarantine on this node.
	Forgive(artifacts map[string]string)
}

type api struct {
	svc       *marketplace.Service
	processes Processes
}

// Routes registers the slice's operations.
func Routes(s *httpapi.Server, svc *marketplace.Service, processes Processes) {
	a := api{svc, processes}
	op := func(id, method, path, permission, summary string, status int) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Public: permission == "", Summary: summary, Status: status}
	}
	const version = "/plugins/{plugin}/versions/{version}"

	httpapi.Register(s, httpapi.Platform, op("developer.sign_up", http.MethodPost, "/developers", "", "Become a developer; the token is shown this once", 201), a.signUp)
	httpapi.Register(s, httpapi.Platform, op("developer.me", http.MethodGet, "/developers/me", rbac.OwnDeveloperRead, "Who I am and my signing keys", 0), a.me)
	httpapi.Register(s, httpapi.Platform, op("developer.token", http.MethodPost, "/developers/me/token", rbac.OwnDeveloperToken, "End my token and make the next", 201), a.newToken)
	httpapi.Register(s, httpapi.Platform, op("developer.key_add", http.MethodPost, "/developers/me/keys", rbac.OwnSigningKeyAdd, "Register a signing key that I prove to hold", 201), a.addKey)
	httpapi.Register(s, httpapi.Platform, op("developer.key_revoke", http.MethodPost, "/developers/me/keys/{key}/revoke", rbac.OwnSigningKeyRevoke, "End a signing key: nothing that it signed is installed any more", 0), a.revokeOwnKey)
	httpapi.Register(s, httpapi.Platform, op("developer.versions", http.MethodGet, "/developers/me/versions", rbac.OwnPluginRead, "What I sent in, the newest first", 0), a.own)
	httpapi.Register(s, httpapi.Platform, op("developer.version", http.MethodGet, "/developers/me"+version, rbac.OwnPluginRead, "One of my versions, with the report of its examination", 0), a.version)

	submit := op("plugin.submit", http.MethodPost, "/plugins", rbac.OwnPluginSubmit, "Send in a signed package for review; the same package again changes nothing", 201)
	submit.Binary, submit.Timeout = true, 5*time.Minute
	httpapi.Register(s, httpapi.Platform, submit, a.submit)

	httpapi.Register(s, httpapi.Platform, op("plugin.list", http.MethodGet, "/plugins", rbac.PlatformPluginRead, "Versions that were sent in, the newest first: the review queue", 0), a.list)
	httpapi.Register(s, httpapi.Platform, op("plugin.get", http.MethodGet, version, rbac.PlatformPluginRead, "One version, with the report of its examination", 0), a.version)
	httpapi.Register(s, httpapi.Platform, op("plugin.package", http.MethodGet, version+"/package", rbac.PlatformPluginRead, "What is in the package: its files, its settings' schema, its author's key", 0), a.inside)
	httpapi.Register(s, httpapi.Platform, op("plugin.examine", http.MethodPost, version+"/examine", rbac.PlatformPluginExamine, "Examine a version: a job runs it in a sandbox and asks whether it keeps the contract", http.StatusAccepted), a.examine)
	httpapi.Register(s, httpapi.Platform, op("plugin.approve", http.MethodPost, version+"/approve", rbac.PlatformPluginApprove, "Approve a version that passed: it is signed into the registry and stores may choose it", 0), a.approve)
	httpapi.Register(s, httpapi.Platform, op("plugin.reject", http.MethodPost, version+"/reject", rbac.PlatformPluginReject, "Reject a version, and say why", 0), a.reject)
	httpapi.Register(s, httpapi.Platform, op("plugin.revoke", http.MethodPost, version+"/revoke", rbac.PlatformPluginRevoke, "Set how firmly an approved version is withdrawn; none takes it back", 0), a.revoke)
	httpapi.Register(s, httpapi.Platform, op("plugin.process", http.MethodGet, version+"/process", rbac.PlatformPluginRead, "How its process is on the node that answers", 0), a.process)
	httpapi.Register(s, httpapi.Platform, op("plugin.forgive", http.MethodPost, version+"/forgive", rbac.PlatformPluginForgive, "End its quarantine on the node that answers", 0), a.forgive)
	httpapi.Register(s, httpapi.Platform, op("developer.list", http.MethodGet, "/developers", rbac.PlatformPluginRead, "Who writes strategies, the newest first; keys and contact are told of one alone", 0), a.developers)
	httpapi.Register(s, httpapi.Platform, op("developer.get", http.MethodGet, "/developers/{developer}", rbac.PlatformPluginRead, "A developer, their keys and how to reach them", 0), a.developer)
}
