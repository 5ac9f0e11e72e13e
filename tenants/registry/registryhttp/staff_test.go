package registryhttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/registry"
)

const merchant = "/api/merchant/v1"

// invite makes an invitation and gives its id and code.
func (sh *shop) invite(owner, role string) (id, code string) {
	sh.t.Helper()
	a := sh.do(201, "POST", merchant+"/staff-invitations", owner, fmt.Sprintf(`{"name":"王会计","role":%q}`, role))
	return a["id"].(string), a["code"].(string)
}

func joining(code, login string) string {
	return fmt.Sprintf(`{"code":%q,"login":%q,"password":"correct horse","register":true,"name":"王"}`, code, login)
}

// join makes an account and joins with it.
func (sh *shop) join(code, login string) (id, token string) {
	sh.t.Helper()
	a := sh.do(201, "POST", merchant+"/joined", "", joining(code, login))
	return a["person"].(map[string]any)["id"].(string), a["token"].(string)
}

func (sh *shop) refused(want int, fault, method, path, token, body string) {
	sh.t.Helper()
	if a := sh.do(want, method, merchant+path, token, body); a["code"] != fault {
		sh.t.Fatalf("%s %s: %v, want %s", method, path, a["raw"], fault)
	}
}

// status is an answer's alone: for what is expected to change.
func (sh *shop) status(method, path, token, body string) int {
	sh.t.Helper()
	req := httptest.NewRequest(method, merchant+path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := sh.server.Fiber().Test(req, -1)
	if err != nil {
		sh.t.Error(err)
		return 0
	}
	_, _ = io.Copy(io.Discard, res.Body)
	res.Body.Close()
	return res.StatusCode
}

// noted are the actions of the audit log about the staff, the oldest first.
func (sh *shop) noted(owner string) (actions []string) {
	sh.t.Helper()
	var page struct {
		Items []registryEntry `json:"items"`
	}
	if err := json.Unmarshal([]byte(sh.do(200, "GET", merchant+"/audit?limit=100", owner, "")["raw"].(string)), &page); err != nil {
		sh.t.Fatal(err)
	}
	for _, e := range page.Items {
		if strings.HasPrefix(e.Action, "staff.") {
			actions = append(actions, e.Action)
		}
	}
	slices.Reverse(actions)
	return actions
}

type registryEntry struct {
	Action string `json:"action"`
}

func TestStaff_TheSecondPersonComesInByACodeAndEveryVerbIsNoted(t *testing.T) {
	t.Parallel()
	sh := open(t)
	_, owner := sh.signUp("chunfeng", "lin@example.com")
	invitation, code := sh.invite(owner, "finance")
	if list := sh.do(200, "GET", merchant+"/staff-invitations", owner, "")["raw"].(string); strings.Contains(list, code) || !strings.Contains(list, `"state":"open"`) {
		t.Fatal(list)
	}
	if look := sh.do(200, "POST", merchant+"/invited", "", fmt.Sprintf(`{"code":" %s "}`, code)); look["role"] != "finance" || look["store"].(map[string]any)["slug"] != "chunfeng" || look["invited_by"] != "林" {
		t.Fatal(look)
	}

	wang, token := sh.join(code, "wang@example.com")
	me := sh.do(200, "GET", merchant+"/me", token, "")
	if me["role"] != "finance" || !strings.Contains(me["raw"].(string), `"withdrawal.approve"`) {
		t.Fatal(me)
	}
	sh.do(201, "POST", merchant+"/sessions", "", `{"store":"chunfeng","login":"wang@example.com","password":"correct horse"}`)
	sh.refused(409, "invitation.used", "POST", "/invited", "", fmt.Sprintf(`{"code":%q}`, code))
	sh.refused(409, "invitation.used", "DELETE", "/staff-invitations/"+invitation, owner, "")

	first := sh.do(200, "GET", merchant+"/staff?limit=1", owner, "")
	rest := sh.do(200, "GET", merchant+"/staff?limit=1&cursor="+first["next_cursor"].(string), owner, "")
	if len(first["items"].([]any)) != 1 || rest["next_cursor"] != "" || !strings.Contains(rest["raw"].(string), wang) {
		t.Fatal(first, rest)
	}

	if m := sh.do(200, "PUT", merchant+"/staff/"+wang+"/role", owner, `{"role":"manager"}`); m["role"] != "manager" {
		t.Fatal(m)
	}
	sh.do(200, "PUT", merchant+"/staff/"+wang+"/role", owner, `{"role":"manager"}`) // changes nothing, so nothing is noted
	spare, spareCode := sh.invite(owner, "support")
	sh.do(204, "DELETE", merchant+"/staff-invitations/"+spare, owner, "")
	sh.do(204, "DELETE", merchant+"/staff-invitations/"+spare, owner, "")
	sh.refused(409, "invitation.revoked", "POST", "/joined", "", joining(spareCode, "zhao@example.com"))
	sh.do(204, "DELETE", merchant+"/staff/"+wang, owner, "")
	sh.refused(404, "staff.unknown", "DELETE", "/staff/"+wang, owner, "")
	sh.do(401, "POST", merchant+"/sessions", "", `{"store":"chunfeng","login":"wang@example.com","password":"correct horse"}`)

	want := []string{"staff.invite", "staff.join", "staff.role", "staff.invite", "staff.uninvite", "staff.remove"}
	if got := sh.noted(owner); !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
}

func TestStaff_WhatIsChangedIsSoInEveryProcessWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	sh := open(t)
	other := serve(t, sh.db, sh.config)
	_, owner := sh.signUp("chunfeng", "lin@example.com")
	_, code := sh.invite(owner, "manager")
	wang, token := sh.join(code, "wang@example.com")

	becomes := func(path string, was, will int, change func()) {
		t.Helper()
		for _, process := range []*shop{sh, other} { // which then remembers it
			if got := process.status("GET", path, token, ""); got != was {
				t.Fatalf("GET %s: %d before, want %d", path, got, was)
			}
		}
		changed := time.Now()
		change()
		if got := sh.status("GET", path, token, ""); got != will {
			t.Errorf("GET %s where it was changed: %d, want %d at once", path, got, will)
		}
		for other.status("GET", path, token, "") != will {
			if time.Since(changed) > 2*time.Second {
				t.Fatalf("GET %s in another process is not %d after two seconds", path, will)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	becomes("/staff", 200, 403, func() { sh.do(200, "PUT", merchant+"/staff/"+wang+"/role", owner, `{"role":"support"}`) })
	becomes("/me", 200, 401, func() { sh.do(204, "DELETE", merchant+"/staff/"+wang, owner, "") })

	// Who is invited again logs in again: the old session stays ended.
	_, again := sh.invite(owner, "support")
	sh.do(201, "POST", merchant+"/joined", "", fmt.Sprintf(`{"code":%q,"login":"wang@example.com","password":"correct horse"}`, again))
	if got := sh.status("GET", "/me", token, ""); got != 401 {
		t.Fatalf("the session of before the removal: %d", got)
	}
}

func TestStaff_TheLastOwnerStaysAndNobodyChangesTheirOwnRole(t *testing.T) {
	t.Parallel()
	sh := open(t)
	_, owner := sh.signUp("chunfeng", "lin@example.com")
	lin := sh.do(200, "GET", merchant+"/me", owner, "")["person"].(map[string]any)["id"].(string)
	sh.refused(409, "staff.last_owner", "DELETE", "/staff/"+lin, owner, "")
	sh.refused(409, "staff.last_owner", "PUT", "/staff/"+lin+"/role", owner, `{"role":"manager"}`)

	_, code := sh.invite(owner, "owner")
	wang, second := sh.join(code, "wang@example.com")
	sh.refused(409, "staff.own_role", "PUT", "/staff/"+lin+"/role", owner, `{"role":"manager"}`)
	sh.do(204, "DELETE", merchant+"/staff/"+lin, owner, "") // with another owner there one may leave
	sh.do(401, "GET", merchant+"/me", owner, "")
	sh.refused(409, "staff.last_owner", "DELETE", "/staff/"+wang, second, "")
}

func TestStaff_TwoOwnersAtOnceCannotLeaveTheStoreWithoutOne(t *testing.T) {
	t.Parallel()
	sh := open(t)
	store, founder := sh.signUp("chunfeng", "lin@example.com")
	for round := range 4 {
		_, code := sh.invite(founder, "owner")
		wang, second := sh.join(code, fmt.Sprintf("wang%d@example.com", round))
		lin := sh.do(200, "GET", merchant+"/me", founder, "")["person"].(map[string]any)["id"].(string)
		var both sync.WaitGroup
		var got [2]int
		both.Go(func() { got[0] = sh.status("PUT", "/staff/"+wang+"/role", founder, `{"role":"support"}`) })
		both.Go(func() { got[1] = sh.status("DELETE", "/staff/"+lin, second, "") })
		both.Wait()
		if (got[0] == 200) == (got[1] == 204) {
			t.Fatalf("%v: one of them goes, and not both", got)
		}
		var owners int
		tenant, _ := tenancy.Parse(store["id"].(string))
		err := sh.db.Within(t.Context(), tenant, func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select count(*) from registry_staff where tenant_id = $1 and role = 'owner'`, tx.Tenant()).Scan(&owners)
		})
		if err != nil || owners != 1 {
			t.Fatal(owners, err)
		}
		if got[1] == 204 {
			founder = second
		}
	}
}

// TestStaff_WhoIsJustBeingDemotedDecidesNothingMore lets a request arrive
// between the demotion and its commit.
func TestStaff_WhoIsJustBeingDemotedDecidesNothingMore(t *testing.T) {
	t.Parallel()
	sh := open(t)
	store, founder := sh.signUp("chunfeng", "lin@example.com")
	lin := sh.do(200, "GET", merchant+"/me", founder, "")["person"].(map[string]any)["id"].(string)
	_, code := sh.invite(founder, "owner")
	_, second := sh.join(code, "wang@example.com")
	wang, err := sh.svc.SessionOf(t.Context(), second, registry.RealmMerchant)
	if err != nil {
		t.Fatal(err)
	}
	tenant, _ := tenancy.Parse(store["id"].(string))
	removed := make(chan int, 1)
	err = sh.db.Within(t.Context(), tenant, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `update registry_staff set role = 'support' where tenant_id = $1 and person_id = $2`, tx.Tenant(), wang.Person.ID); err != nil {
			return err
		}
		go func() { removed <- sh.status("DELETE", "/staff/"+lin, second, "") }()
		for waits := false; !waits && len(removed) == 0; time.Sleep(5 * time.Millisecond) {
			const q = `select exists (select from pg_locks where not granted and transactionid = pg_current_xact_id()::xid)`
			if err := tx.QueryRow(ctx, q).Scan(&waits); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := <-removed; got != 403 {
		t.Fatalf("who is no owner any more removed the owner: %d", got)
	}
}

func TestInvitation_TwoAtOnceCannotJoinByTheSameCode(t *testing.T) {
	t.Parallel()
	sh := open(t)
	_, owner := sh.signUp("chunfeng", "lin@example.com")
	_, code := sh.invite(owner, "support")
	var all sync.WaitGroup
	var got [6]int
	for i := range got {
		all.Go(func() {
			got[i] = sh.status("POST", "/joined", "", joining(code, fmt.Sprintf("zhang%d@example.com", i)))
		})
	}
	all.Wait()
	joined := 0
	for _, status := range got {
		switch status {
		case 201:
			joined++
		case 409:
		default:
			t.Errorf("%v", got)
		}
	}
	if joined != 1 {
		t.Fatalf("%d joined by one code: %v", joined, got)
	}
	if staff := sh.do(200, "GET", merchant+"/staff", owner, "")["items"].([]any); len(staff) != 2 {
		t.Fatal(staff)
	}
}

func TestInvitation_WhoLostTheAnswerAsksAgainAndNobodyElseGetsIn(t *testing.T) {
	t.Parallel()
	sh := open(t)
	_, owner := sh.signUp("chunfeng", "lin@example.com")
	_, code := sh.invite(owner, "support")
	wang, _ := sh.join(code, "wang@example.com")
	if again, _ := sh.join(code, "wang@example.com"); again != wang {
		t.Fatal(again)
	}
	sh.refused(409, "invitation.used", "POST", "/joined", "", joining(code, "stranger@example.com"))
	sh.refused(401, "login.wrong", "POST", "/sessions", "", `{"store":"chunfeng","login":"stranger@example.com","password":"correct horse"}`)
	sh.do(204, "DELETE", merchant+"/staff/"+wang, owner, "")
	sh.refused(409, "invitation.used", "POST", "/joined", "", joining(code, "wang@example.com")) // it does not bring them back
}

func TestInvitation_AnAccountIsJoinedWithItsPasswordAndItsStoresStayApart(t *testing.T) {
	t.Parallel()
	sh := open(t)
	_, lin := sh.signUp("chunfeng", "lin@example.com")
	_, wang := sh.signUp("qiuyue", "wang@example.com")
	_, code := sh.invite(lin, "support")
	sh.refused(401, "login.wrong", "POST", "/joined", "", fmt.Sprintf(`{"code":%q,"login":"wang@example.com","password":"wrong horse","register":true,"name":"王"}`, code))
	sh.refused(401, "login.wrong", "POST", "/joined", "", fmt.Sprintf(`{"code":%q,"login":"nobody@example.com","password":"correct horse"}`, code))
	sh.refused(422, "request.name_empty", "POST", "/joined", "", fmt.Sprintf(`{"code":%q,"login":"new@example.com","password":"correct horse","register":true,"name":" "}`, code))
	id, here := sh.join(code, "wang@example.com")
	there := sh.do(200, "GET", merchant+"/me", wang, "")
	mine := sh.do(200, "GET", merchant+"/me", here, "")
	if there["person"].(map[string]any)["id"] != id || there["person"].(map[string]any)["name"] != "林" {
		t.Fatal("not the account that was there before", there)
	}
	if there["role"] != "owner" || mine["role"] != "support" || mine["store"].(map[string]any)["slug"] != "chunfeng" {
		t.Fatal(there, mine)
	}
	sh.do(403, "GET", merchant+"/staff", here, "") // an owner elsewhere is support here

	// Whoever works here already keeps the code for somebody else.
	_, second := sh.invite(lin, "owner")
	sh.refused(409, "staff.already", "POST", "/joined", "", joining(second, "wang@example.com"))
	sh.do(200, "POST", merchant+"/invited", "", fmt.Sprintf(`{"code":%q}`, second))

	// Removed here, still the owner there.
	sh.do(204, "DELETE", merchant+"/staff/"+id, lin, "")
	sh.do(401, "GET", merchant+"/me", here, "")
	sh.do(200, "GET", merchant+"/me", wang, "")
}

func TestInvitation_EndsByItsDayAndWithItsOwner(t *testing.T) {
	t.Parallel()
	sh := open(t)
	store, founder := sh.signUp("chunfeng", "lin@example.com")
	_, old := sh.invite(founder, "support")
	tenant, _ := tenancy.Parse(store["id"].(string))
	if err := sh.db.Within(t.Context(), tenant, func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update registry_invitation set expires_at = $2 where tenant_id = $1`, tx.Tenant(), time.Now().Add(-time.Second))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	sh.refused(409, "invitation.expired", "POST", "/joined", "", joining(old, "zhang@example.com"))
	sh.refused(409, "invitation.expired", "POST", "/invited", "", fmt.Sprintf(`{"code":%q}`, old))

	_, code := sh.invite(founder, "owner")
	wang, second := sh.join(code, "wang@example.com")
	_, given := sh.invite(second, "owner")
	sh.do(200, "PUT", merchant+"/staff/"+wang+"/role", founder, `{"role":"manager"}`)
	sh.refused(409, "invitation.revoked", "POST", "/joined", "", joining(given, "zhang@example.com"))

	nowhere := "fi_" + strings.Repeat("0", 31) + "1_x"
	for _, wrong := range []string{"", "x", given + "x", nowhere, strings.Replace(given, "fi_", "fs_", 1)} {
		sh.refused(404, "invitation.code", "POST", "/joined", "", joining(wrong, "zhang@example.com"))
	}
}

func TestStaff_AManagerReadsAndOnlyAnOwnerDecides(t *testing.T) {
	t.Parallel()
	sh := open(t)
	_, owner := sh.signUp("chunfeng", "lin@example.com")
	_, code := sh.invite(owner, "manager")
	wang, manager := sh.join(code, "wang@example.com")
	sh.do(200, "GET", merchant+"/staff", manager, "")
	sh.do(200, "GET", merchant+"/staff-invitations", manager, "")
	sh.do(403, "POST", merchant+"/staff-invitations", manager, `{"name":"z","role":"owner"}`)
	sh.do(403, "PUT", merchant+"/staff/"+wang+"/role", manager, `{"role":"owner"}`)
	sh.do(403, "DELETE", merchant+"/staff/"+wang, manager, "")
	sh.do(422, "POST", merchant+"/staff-invitations", owner, `{"name":"z","role":"king"}`)
	sh.do(422, "POST", merchant+"/staff-invitations", owner, `{"name":"z","role":"support","days":31}`)

	// What a session remembers is a moment old: the verb looks again.
	who, err := sh.svc.SessionOf(t.Context(), manager, registry.RealmMerchant)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sh.svc.SetRole(t.Context(), who.Person.ID, who.Store.ID, who.Person.ID, registry.RoleOwner); err == nil || !strings.Contains(err.Error(), "staff.not_owner") {
		t.Fatal(err)
	}
}

// The audit log calls by name who works here, and the keys; of those who have
// left, and to another store, it knows no name.
func TestActors_AreCalledByNameInTheirOwnStore(t *testing.T) {
	t.Parallel()
	sh := open(t)
	store, owner := sh.signUp("chunfeng", "lin@example.com")
	other, _ := sh.signUp("qiuyue", "qin@example.com")
	_, code := sh.invite(owner, "finance")
	wang, _ := sh.join(code, "wang@example.com")
	apiKey := sh.do(201, "POST", merchant+"/api-keys", owner, `{"name":"收银台"}`)["id"].(string)

	named := func() map[string]string {
		var page struct {
			Items []struct {
				Action string `json:"action"`
				Name   string `json:"actor_name"`
			} `json:"items"`
		}
		if err := json.Unmarshal([]byte(sh.do(200, "GET", merchant+"/audit?limit=100", owner, "")["raw"].(string)), &page); err != nil {
			t.Fatal(err)
		}
		names := map[string]string{}
		for _, e := range page.Items {
			names[e.Action] = e.Name
		}
		return names
	}
	if got := named(); got["staff.join"] != "王" || got["key.create"] != "林" {
		t.Errorf("%v", got)
	}
	called := func(store map[string]any) (names map[string]string) {
		tenant, err := tenancy.Parse(store["id"].(string))
		if err != nil {
			t.Fatal(err)
		}
		err = sh.db.Within(t.Context(), tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
			names, err = registry.ActorNames(ctx, tx, []string{"staff:" + wang, "key:" + apiKey, "operator", "system", "", "staff:nobody"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	if got := called(store); len(got) != 2 || got["staff:"+wang] != "王" || got["key:"+apiKey] != "收银台" {
		t.Errorf("%v", got)
	}
	if got := called(other); len(got) != 0 {
		t.Errorf("another store reads %v", got)
	}
	sh.do(204, "DELETE", merchant+"/staff/"+wang, owner, "")
	if got := named(); got["staff.join"] != "" || got["staff.remove"] != "林" {
		t.Errorf("after they have left: %v", got)
	}
}
