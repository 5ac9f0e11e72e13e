package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// Figure is one measured number.
type Figure struct {
	Scenario string  `json:"scenario"`
	Name     string  `json:"name"`
	Value    float64 `json:"value"`
	Unit     string  `json:"unit"`
	// Target is the most (or with AtLeast the least) that we want; 0: none.
	Target  float64 `json:"target,omitempty"`
	AtLeast bool    `json:"at_least,omitempty"`
	Note    string  `json:"note,omitempty"`
	Verdict string  `json:"verdict,omitempty"` // "met" or "MISSED"
}

// Met tells whether the figure is as good as wanted.
func (f Figure) Met() bool {
	return f.Target == 0 || f.AtLeast && f.Value >= f.Target || !f.AtLeast && f.Value <= f.Target
}

func (f Figure) atMost(target float64) Figure { f.Target = target; return f }

func (f Figure) atLeast(target float64) Figure { f.Target, f.AtLeast = target, true; return f }

func (f Figure) noting(note string) Figure { f.Note = note; return f }

func figure(name string, value float64, unit string) Figure {
	return Figure{Name: name, Value: value, Unit: unit}
}

// Report is what one run measured.
type Report struct {
	At      time.Time `json:"at"`
	Full    bool      `json:"full"`
	Machine string    `json:"machine"`
	Figures []Figure  `json:"figures"`
}

// Table prints the figures for people.
func (r Report) Table(w io.Writer) {
	fmt.Fprintf(w, "%s, %s\n\n", r.At.Format(time.RFC3339), r.Machine)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "scenario\twhat\tmeasured\ttarget\t\tnote")
	last := ""
	for _, f := range r.Figures {
		name := f.Scenario
		if name == last {
			name = ""
		}
		last = f.Scenario
		fmt.Fprintf(t, "%s\t%s\t%s %s\t%s\t%s\t%s\n", name, f.Name, short(f.Value), f.Unit, f.wanted(), f.verdict(), f.Note)
	}
	_ = t.Flush()
}

func (f Figure) wanted() string {
	switch {
	case f.Target == 0:
		return ""
	case f.AtLeast:
		return "≥ " + short(f.Target)
	}
	return "≤ " + short(f.Target)
}

func (f Figure) verdict() string {
	switch {
	case f.Target == 0:
		return ""
	case f.Met():
		return "met"
	}
	return "MISSED"
}

// short writes three digits that matter.
func short(v float64) string {
	switch {
	case v >= 100 || v == float64(int64(v)):
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 0.1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.4f", v)
}

// Write keeps the report as JSON.
func (r Report) Write(path string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// machine is what the figures depend on.
func machine() string {
	model := runtime.GOARCH
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	load := "?"
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		load, _, _ = strings.Cut(string(b), " ")
	}
	return fmt.Sprintf("%d × %s, load %s at the start, %s", runtime.NumCPU(), model, load, runtime.Version())
}
