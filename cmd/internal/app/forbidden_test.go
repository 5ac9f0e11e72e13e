package app

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/registry"
)

// TestARoleWithoutThePermissionIsForbidden walks every operation with every
// kind of token the audience takes: without the permission it is 403, whatever
// the id and the body; with it, anything else.
func TestARoleWithoutThePermissionIsForbidden(t *testing.T) {
	t.Parallel()
	a := compose(t)
	base := serve(t, a)
	tokens := tokensOf(t, a)
	hole := regexp.MustCompile(`\{[^}]*\}`)
	forbidden := 0
	for _, op := range a.HTTP.Operations() {
		if op.Public || op.ID == "session.end" || op.ID == "store.clock" { // a token that has logged out says nothing more
			continue
		}
		for role, token := range tokens {
			if !enters(role, op.Audience) {
				continue
			}
			req, _ := http.NewRequest(op.Method, base+hole.ReplaceAllString(op.FullPath(), "nonsense"), strings.NewReader(`{"nonsense`))
			req.Header.Set("Authorization", "Bearer "+token)
			req.Header.Set("X-Store", "chunfeng")
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			allowed := rbac.Allow(string(role), op.Permission)
			if allowed == (res.StatusCode == 403) || res.StatusCode == 401 || res.StatusCode >= 500 {
				t.Errorf("%s %s as %s: %d", op.Method, op.FullPath(), role, res.StatusCode)
			}
			if res.StatusCode == 403 {
				forbidden++
			}
		}
	}
	if forbidden == 0 {
		t.Fatal("nothing was forbidden: the walk walked nowhere")
	}
}

// tokensOf has one token for each role that a test can come by.
func tokensOf(t *testing.T, a *App) map[rbac.Role]string {
	t.Helper()
	ctx := t.Context()
	owner, err := a.Registry.SignUp(ctx, registry.SignUp{
		Slug: "chunfeng", Name: "春风茶", Currency: "CNY", TimeZone: "Asia/Shanghai",
		OwnerName: "林", Login: "lin@example.com", Password: "correct horse"}, "")
	if err != nil {
		t.Fatal(err)
	}
	store := owner.Store.ID
	tokens := map[rbac.Role]string{rbac.Owner: owner.Token, rbac.Operator: operator}
	for _, role := range []rbac.Role{rbac.Manager, rbac.Finance, rbac.Support} {
		login := fmt.Sprintf("%s@example.com", role)
		if _, err := a.Registry.AddStaff(ctx, "system", store, login, "correct horse", string(role), string(role), ""); err != nil {
			t.Fatal(err)
		}
		s, err := a.Registry.LogIn(ctx, "chunfeng", login, "correct horse", "")
		if err != nil {
			t.Fatal(err)
		}
		tokens[role] = s.Token
	}
	buyer, err := a.Registry.Enter(ctx, store, registry.Entrance{Login: "13800000001", Password: "correct horse", Name: "张", Register: true}, "")
	if err != nil {
		t.Fatal(err)
	}
	tokens[rbac.Buyer] = buyer.Token
	if _, tokens[rbac.Key], err = a.Registry.CreateKey(ctx, "system", store, "erp"); err != nil {
		t.Fatal(err)
	}
	return tokens
}
