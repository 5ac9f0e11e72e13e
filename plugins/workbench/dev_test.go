package workbench_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/plugins/conformance"
	"github.com/fenli-io/fenli/plugins/workbench"
)

// dev is a running page of a folder.
type dev struct {
	t    *testing.T
	base string
}

func startDev(t *testing.T, dir string) dev {
	t.Helper()
	log := &workbench.Log{}
	bench, err := workbench.Open(slog.New(log))
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- workbench.NewDev(bench, dir, log).Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(10 * time.Second):
			t.Error("it does not end")
		}
		if err := bench.Close(); err != nil {
			t.Error(err)
		}
	})
	return dev{t, "http://" + ln.Addr().String()}
}

// until follows the state as the page does.
func (d dev) until(what string, is func(workbench.DevState) bool) workbench.DevState {
	d.t.Helper()
	var state workbench.DevState
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); {
		state = workbench.DevState{Turn: state.Turn}
		d.read(http.MethodGet, fmt.Sprintf("/state?after=%d", state.Turn), "", &state)
		if is(state) {
			return state
		}
	}
	d.t.Fatalf("never %s: %+v", what, state)
	return state
}

func (d dev) read(method, path, body string, into any) int {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.base+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	if into != nil {
		if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
			d.t.Fatalf("%s: %v", path, err)
		}
	}
	return answer.StatusCode
}

func TestDevShowsWhoseMoneyASaveHasChanged(t *testing.T) {
	t.Parallel()
	dir := scaffold(t, workbench.Scaffold{Name: "shown"})
	d := startDev(t, dir)
	first := d.until("built", func(s workbench.DevState) bool { return s.Builds == 1 && !s.Building })
	if len(first.Flaws) > 0 || first.Strategy == nil || first.Strategy.Title.ZH != "按级分佣" || first.Strategy.Title.EN != "Rates by level" || len(first.Strategy.Facts) != 2 {
		t.Fatalf("it shows %+v %v", first.Strategy, first.Flaws)
	}
	if len(first.Samples) != 3 || !first.Samples[0].Passed || first.Samples[0].Outcome.Awards[0].Amount != 1990 || first.Samples[0].Outcome.Awards[0].Why.ZH != "第 1 级，10%" {
		t.Fatalf("samples: %+v", first.Samples)
	}

	main := filepath.Join(dir, "main.go")
	replace(t, main, "{100_000, 50_000}", "{120_000, 50_000}")
	second := d.until("built again", func(s workbench.DevState) bool { return s.Builds == 2 && !s.Building })
	if len(second.Changes) != 1 || second.Changes[0].Who != "a" || second.Changes[0].Before != 1990 || second.Changes[0].After != 2388 || second.Samples[0].Passed {
		t.Fatalf("changes: %+v", second.Changes)
	}

	replace(t, main, "func main()", "func main(")
	third := d.until("broken", func(s workbench.DevState) bool { return s.Builds == 3 && !s.Building })
	if len(third.Flaws) != 1 || third.Flaws[0].Code != "build.failed" || !strings.Contains(third.Flaws[0].Cause, "main.go") || third.Strategy == nil {
		t.Fatalf("flaws: %+v", third.Flaws)
	}
}

func TestDevAnswersThePageAndNobodyElse(t *testing.T) {
	t.Parallel()
	dir := scaffold(t, workbench.Scaffold{Name: "asked"})
	replace(t, filepath.Join(dir, "main.go"), "	for line", "	println(\"deciding order\", o.Seq())\n	for line")
	d := startDev(t, dir)
	d.until("built", func(s workbench.DevState) bool { return s.Builds == 1 && !s.Building })
	var tried struct {
		Problems []struct {
			Path string
			Why  workbench.Words
		}
		Outcome workbench.Outcome
	}
	order := `"order": {"seq": 77, "lines": [{"sku": "X", "quantity": "1", "net": "10000"}], "chain": [{"handle": "a"}]}`
	d.read(http.MethodPost, "/ask", `{"case": {"config": {"rates": ["0.2"]}, `+order+`}}`, &tried)
	if len(tried.Problems) != 0 || len(tried.Outcome.Awards) != 1 || tried.Outcome.Awards[0].Amount != 2000 {
		t.Errorf("it answers %+v", tried)
	}
	d.read(http.MethodPost, "/ask", `{"case": {"config": {"rates": ["x"]}, `+order+`}}`, &tried)
	if len(tried.Problems) != 1 || tried.Problems[0].Path != "/rates/0" || tried.Problems[0].Why.EN == "" || tried.Outcome.Failed != "strategy.config_invalid" {
		t.Errorf("it answers %+v", tried)
	}
	d.until("what it printed", func(s workbench.DevState) bool {
		for _, l := range s.Log {
			if l.Own && strings.Contains(l.Text, "deciding order 77") {
				return true
			}
		}
		return false
	})
	var report conformance.Report
	d.read(http.MethodPost, "/conformance", "", &report)
	if !report.Passed() {
		t.Errorf("conformance: %+v", report.Failures())
	}
	for what, headers := range map[string]map[string]string{
		"another site": {"Origin": "http://evil.example", "Content-Type": "application/json"},
		"a form":       {"Content-Type": "text/plain"},
		"another name": {"Host": "evil.example", "Content-Type": "application/json"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.base+"/ask", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range headers {
			req.Header.Set(k, v)
		}
		req.Host = headers["Host"]
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusForbidden {
			t.Errorf("%s is answered with %d", what, answer.StatusCode)
		}
	}
}
