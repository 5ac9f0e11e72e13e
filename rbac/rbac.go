// Package rbac says which role may do what.
//
// Roles are templates shared by all stores: policy.csv, in Casbin's words, is
// read once and becomes a map that never changes. Who holds which role in
// which store is registry's to know. What the policy does not name is denied.
package rbac

import (
	_ "embed"
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	stringadapter "github.com/casbin/casbin/v2/persist/string-adapter"
)

// Role is a template of permissions.
type Role string

// Staff hold the first four; the others come with the kind of caller.
const (
	Owner       Role = "owner"
	Manager     Role = "manager"
	Finance     Role = "finance"
	Support     Role = "support"
	Distributor Role = "distributor"
	Buyer       Role = "buyer"
	Key         Role = "key"
	Operator    Role = "operator"
	Developer   Role = "developer" // of strategies; no store's
)

// Roles lists them all.
var Roles = []Role{Owner, Manager, Finance, Support, Distributor, Buyer, Key, Operator, Developer}

//go:embed model.conf
var modelText string

//go:embed policy.csv
var policyText string

// Allow reports whether a role carries a permission.
func Allow(role, permission string) bool { return policy()[Role(role)][permission] }

// Granted lists what a role may do, sorted: for /me and for pages that hide
// what would be refused.
func Granted(role string) []string {
	granted := make([]string, 0, len(policy()[Role(role)]))
	for p := range policy()[Role(role)] {
		granted = append(granted, p)
	}
	sort.Strings(granted)
	return granted
}

// Known reports whether a permission exists, so that a route with a misspelt
// one does not start.
func Known(permission string) bool {
	for _, p := range Permissions {
		if p == permission {
			return true
		}
	}
	return false
}

var policy = sync.OnceValue(func() map[Role]map[string]bool {
	compiled, err := compile(modelText, policyText)
	if err != nil {
		panic(fmt.Sprintf("rbac: %v", err)) // the files are part of this binary
	}
	return compiled
})

// compile asks Casbin every question once: enforcing takes it microseconds
// and a lock, a map takes neither.
func compile(modelText, policyText string) (map[Role]map[string]bool, error) {
	m, err := model.NewModelFromString(modelText)
	if err != nil {
		return nil, err
	}
	e, err := casbin.NewEnforcer(m, stringadapter.NewAdapter(withoutComments(policyText)))
	if err != nil {
		return nil, err
	}
	if err := onlyKnown(e); err != nil {
		return nil, err
	}
	compiled := make(map[Role]map[string]bool, len(Roles))
	for _, role := range Roles {
		compiled[role] = map[string]bool{}
		for _, permission := range Permissions {
			ok, err := e.Enforce(string(role), permission)
			if err != nil {
				return nil, err
			}
			if ok {
				compiled[role][permission] = true
			}
		}
	}
	return compiled, nil
}

// onlyKnown refuses a policy about a permission that does not exist: the
// misspelt right would silently be nobody's.
func onlyKnown(e *casbin.Enforcer) error {
	rules, err := e.GetPolicy()
	if err != nil {
		return err
	}
	for _, rule := range rules {
		if !Known(rule[1]) {
			return fmt.Errorf("the policy grants %q, which does not exist, to %q", rule[1], rule[0])
		}
	}
	return nil
}

func withoutComments(s string) string {
	var kept []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}
