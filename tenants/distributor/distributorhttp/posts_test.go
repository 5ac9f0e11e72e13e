package distributorhttp_test

import (
	"fmt"
	"testing"
)

func TestPosts(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.Must("POST", "/distributors", "manager@a", `{"name":"Lead"}`)["id"].(string)

	if led := d.Must("PUT", "/distributors/"+id+"/lead", "manager@a", `{"lead":true}`); led["lead"] != true {
		t.Error(led)
	}
	d.Must("POST", "/distributors", "manager@a", `{"name":"No lead"}`)
	if leads := d.Must("GET", "/distributors?lead=true", "support@a", "")["items"].([]any); len(leads) != 1 || leads[0].(map[string]any)["id"] != id {
		t.Error(leads)
	}
	put := fmt.Sprintf(`{"region":"440300","partner_id":%q}`, id)
	list := d.Must("PUT", "/region-partners", "manager@a", put)["items"].([]any)
	if first := list[0].(map[string]any); len(list) != 1 || first["region"] != "440300" || first["partner"].(map[string]any)["name"] != "Lead" {
		t.Error(list)
	}
	if one := d.Must("GET", "/distributors/"+id, "support@a", ""); fmt.Sprint(one["regions"]) != "[440300]" || one["lead"] != true {
		t.Error(one)
	}
	if n := d.Int(t, `select count(*) from registry_audit where action in ('distributor.lead', 'distributor.partner')`); n != 2 {
		t.Errorf("%d audit entries", n)
	}
	for _, c := range []struct {
		method, path, who, body string
		status                  int
	}{
		{"PUT", "/distributors/" + id + "/lead", "support@a", `{"lead":false}`, 403},
		{"PUT", "/region-partners", "finance@a", put, 403},
		{"PUT", "/region-partners", "manager@b", put, 404},
		{"PUT", "/distributors/" + id + "/lead", "manager@b", `{"lead":true}`, 404},
	} {
		if status, p := d.Call(c.method, c.path, c.who, c.body); status != c.status {
			t.Errorf("%s %s as %s: %d %v", c.method, c.path, c.who, status, p)
		}
	}
	if got := d.Must("PUT", "/region-partners", "manager@a", `{"region":"440300","partner_id":null}`)["items"].([]any); len(got) != 0 {
		t.Error(got)
	}
	if got := d.Must("GET", "/region-partners", "support@b", "")["items"].([]any); len(got) != 0 {
		t.Error(got)
	}
}
