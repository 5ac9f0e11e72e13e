package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/plugins/conformance/flat"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

var update = flag.Bool("update", false, "write the answers of the vector strategy into vectors/sdk")

func sdkVectors(t *testing.T, name string, into any) string {
	t.Helper()
	path := filepath.Join("vectors", "sdk", name)
	raw, err := os.ReadFile(path)
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		err = d.Decode(into)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return path
}

// n is a whole number written as a string, as JSON readers of other languages
// need it.
type n int64

func (v *n) UnmarshalJSON(b []byte) error {
	s, err := strconv.Unquote(string(b))
	if err != nil {
		return err
	}
	x, err := strconv.ParseInt(s, 10, 64)
	*v = n(x)
	return err
}

func rounding(s string) money.Rounding {
	if s == "half_up" {
		return money.HalfUp
	}
	return money.Floor
}

// outcome is what an operation came to, as the vectors write it.
func outcome(v any, err error) string {
	switch {
	case errors.Is(err, money.ErrOverflow):
		return "overflow"
	case err != nil:
		return "invalid"
	}
	return fmt.Sprint(v)
}

func or(want, failure string) string {
	if failure != "" {
		return failure
	}
	return want
}

func TestMoneyVectors(t *testing.T) {
	t.Parallel()
	var file struct {
		Format    int
		ParseRate []struct{ Text, Want, Error string } `json:"parse_rate"`
		RateText  []struct {
			PPM              n
			Decimal, Percent string
		} `json:"rate_text"`
		MulDiv []struct {
			A, B, C               n
			Rounding, Want, Error string
		} `json:"mul_div"`
		Product []struct {
			Amount                n
			Rates                 []n
			Rounding, Want, Error string
		} `json:"product"`
		Blend []struct {
			Parts                 []struct{ Amount, Rate n }
			Rounding, Want, Error string
		} `json:"blend"`
		Split []struct {
			Total   n
			Weights []n
			Want    []n
			Error   string
		} `json:"split"`
		FormatAmount []struct {
			Minor          n
			Currency, Want string
		} `json:"format_amount"`
	}
	sdkVectors(t, "money.json", &file)
	same := func(what any, want, got string) {
		t.Helper()
		if want != got {
			t.Errorf("%+v: got %s", what, got)
		}
	}
	for _, v := range file.ParseRate {
		r, err := money.ParseRate(v.Text)
		same(v, or(v.Want, v.Error), outcome(int64(r), err))
	}
	for _, v := range file.RateText {
		same(v, v.Decimal+" "+v.Percent, money.Rate(v.PPM).String()+" "+money.Rate(v.PPM).Percent())
	}
	for _, v := range file.MulDiv {
		same(v, or(v.Want, v.Error), outcome(money.MulDiv(int64(v.A), int64(v.B), int64(v.C), rounding(v.Rounding))))
	}
	for _, v := range file.Product {
		rates := make([]money.Rate, len(v.Rates))
		for i, r := range v.Rates {
			rates[i] = money.Rate(r)
		}
		same(v, or(v.Want, v.Error), outcome(money.Product(int64(v.Amount), rounding(v.Rounding), rates[0], rates[1:]...)))
	}
	for _, v := range file.Blend {
		var parts []money.Part
		for _, p := range v.Parts {
			parts = append(parts, money.Part{Amount: int64(p.Amount), Rate: money.Rate(p.Rate)})
		}
		same(v, or(v.Want, v.Error), outcome(money.Blend(rounding(v.Rounding), parts...)))
	}
	for _, v := range file.Split {
		weights := make([]int64, len(v.Weights))
		for i, w := range v.Weights {
			weights[i] = int64(w)
		}
		got, err := money.Split(int64(v.Total), weights)
		same(v, or(fmt.Sprint(v.Want), v.Error), outcome(got, err))
	}
	for _, v := range file.FormatAmount {
		same(v, v.Want, money.Format(int64(v.Minor), v.Currency))
	}
	if len(file.MulDiv) < 40 || len(file.Split) < 15 {
		t.Errorf("vectors are missing: %d, %d", len(file.MulDiv), len(file.Split))
	}
}

// sdkCase is one case of evaluate.json, period.json or config.json.
type sdkCase struct {
	Name     string            `json:"name"`
	Config   string            `json:"config"`
	Rules    json.RawMessage   `json:"rules,omitempty"`
	Orders   []json.RawMessage `json:"orders,omitempty"`   // evaluate.json
	Request  json.RawMessage   `json:"request,omitempty"`  // period.json
	Answer   json.RawMessage   `json:"answer,omitempty"`   // protojson
	Wire     []byte            `json:"wire,omitempty"`     // the same, binary
	Problems *[]sdkProblem     `json:"problems,omitempty"` // config.json
}

type sdkProblem struct {
	Path string `json:"path"`
	Key  string `json:"key"`
}

type sdkFile struct {
	Format   int       `json:"format"`
	Strategy string    `json:"strategy"`
	Cases    []sdkCase `json:"cases"`
}

func (c sdkCase) rules(t *testing.T) *strategyv1.Rules {
	t.Helper()
	r := &strategyv1.Rules{}
	if err := protojson.Unmarshal(c.Rules, r); err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	return r
}

// answerVectors holds every case's answer against what ask answers.
func answerVectors(t *testing.T, name string, ask func(sdkCase) proto.Message) {
	t.Helper()
	var file sdkFile
	path := sdkVectors(t, name, &file)
	seen := map[string]bool{}
	for i, c := range file.Cases {
		if seen[c.Name] {
			t.Errorf("%s comes twice", c.Name)
		}
		seen[c.Name] = true
		got := ask(c)
		wire, err := proto.MarshalOptions{Deterministic: true}.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			file.Cases[i].Answer, file.Cases[i].Wire = plainJSON(t, got), wire
			continue
		}
		want := got.ProtoReflect().New().Interface()
		if err := protojson.Unmarshal(c.Answer, want); err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if !bytes.Equal(wire, c.Wire) || !proto.Equal(want, got) {
			t.Errorf("%s: got %s", c.Name, plainJSON(t, got))
		}
	}
	if *update {
		writeVectors(t, path, file)
	}
}

// plainJSON is protojson without the white space that it varies on purpose.
func plainJSON(t *testing.T, m proto.Message) json.RawMessage {
	t.Helper()
	raw, err := protojson.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		t.Fatal(err)
	}
	return compact.Bytes()
}

func writeVectors(t *testing.T, path string, file sdkFile) {
	t.Helper()
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n \"format\": %d,\n \"strategy\": %q,\n \"cases\": [\n", file.Format, file.Strategy)
	for i, c := range file.Cases {
		var line bytes.Buffer
		e := json.NewEncoder(&line)
		e.SetEscapeHTML(false)
		if err := e.Encode(c); err != nil {
			t.Fatal(err)
		}
		comma := ","
		if i == len(file.Cases)-1 {
			comma = ""
		}
		fmt.Fprintf(&out, "  %s%s\n", bytes.TrimSpace(line.Bytes()), comma)
	}
	out.WriteString(" ]\n}\n")
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestEvaluateVectors(t *testing.T) {
	server := flat.Strategy.Server()
	answerVectors(t, "evaluate.json", func(c sdkCase) proto.Message {
		req := &strategyv1.EvaluateRequest{Config: []byte(c.Config), Rules: c.rules(t)}
		for _, raw := range c.Orders {
			o := &strategyv1.Order{}
			if err := protojson.Unmarshal(raw, o); err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			req.Orders = append(req.Orders, o)
		}
		out, err := server.Evaluate(context.Background(), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range out.Decisions {
			if f := d.GetFailed(); f != nil {
				f.Message = "" // for people, and each language's own
			}
		}
		return out
	})
}

func TestPeriodVectors(t *testing.T) {
	server := flat.Strategy.Server()
	answerVectors(t, "period.json", func(c sdkCase) proto.Message {
		req := &strategyv1.ClosePeriodRequest{}
		if err := protojson.Unmarshal(c.Request, req); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		req.Config, req.Rules = []byte(c.Config), c.rules(t)
		out, err := server.ClosePeriod(context.Background(), req)
		if err != nil {
			t.Fatal(err)
		}
		if f := out.GetFailed(); f != nil {
			f.Message = ""
		}
		return out
	})
}

func TestConfigVectors(t *testing.T) {
	var file sdkFile
	path := sdkVectors(t, "config.json", &file)
	server := flat.Strategy.Server()
	for i, c := range file.Cases {
		out, err := server.ValidateConfig(context.Background(), &strategyv1.ValidateConfigRequest{Config: []byte(c.Config), Rules: &strategyv1.Rules{Levels: 3}})
		if err != nil {
			t.Fatal(err)
		}
		got := []sdkProblem{}
		for _, p := range out.Problems {
			got = append(got, sdkProblem{p.Path, p.Why.Key})
		}
		if *update {
			file.Cases[i].Problems = &got
		} else if c.Problems == nil || fmt.Sprint(*c.Problems) != fmt.Sprint(got) {
			t.Errorf("%s: got %v", c.Name, got)
		}
	}
	if *update {
		writeVectors(t, path, file)
	}
}
