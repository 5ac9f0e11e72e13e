package programhttp

import (
	"encoding/json"
	"slices"
	"time"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/program"
)

// Words are a text in both languages.
type Words struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// Strategy is one that a store may choose.
type Strategy struct {
	Artifact     string          `json:"artifact" doc:"SHA-256 of the binary"`
	Strategy     string          `json:"strategy" example:"three-level"`
	Version      string          `json:"version"`
	Title        Words           `json:"title"`
	Summary      Words           `json:"summary"`
	Facts        []Fact          `json:"facts" doc:"What it wants to know of an order, and why; it learns nothing else"`
	ConfigSchema json.RawMessage `json:"config_schema" doc:"JSON Schema of its configuration"`
	Consented    bool            `json:"consented" doc:"Whether the store has agreed to every fact already"`
	CanRecompute bool            `json:"can_recompute" doc:"Whether the refund policy recompute may be chosen"`
	Grades       bool            `json:"grades" doc:"Whether it decides on the members' grades"`
	Offer
}

// Fact is one thing that a strategy wants to know.
type Fact struct {
	Name    string `json:"name"`
	Purpose Words  `json:"purpose"`
	New     bool   `json:"new" doc:"Whether the store has yet to agree to it"`
	Cost    string `json:"cost" enum:"free,one_query_a_batch,one_query_and_waves,unknown" doc:"What telling it takes; of waves orders of the same people wait for one another"`
}

// strategyShape shows a strategy to a store that has agreed to some facts; the
// platform has agreed to nothing.
func strategyShape(a program.Artifact, agreed []string) Strategy {
	words := func(key string) Words {
		w := &strategyv1.Why{Key: key}
		return Words{program.Sentence(a.Description, w, "zh-CN"), program.Sentence(a.Description, w, "en")}
	}
	shape := Strategy{Artifact: a.SHA256, Strategy: a.Strategy, Version: a.Version, Title: words("title"), Summary: words("summary"),
		Facts: []Fact{}, Consented: true, ConfigSchema: a.Description.GetConfigSchema(), CanRecompute: a.Description.GetCanRecompute(), Grades: a.Description.GetGradesMembers()}
	for _, f := range a.Description.GetFacts() {
		fact := factShape(f, words)
		fact.New = !slices.Contains(agreed, fact.Name)
		shape.Consented = shape.Consented && !fact.New
		shape.Facts = append(shape.Facts, fact)
	}
	if len(shape.ConfigSchema) == 0 {
		shape.ConfigSchema = json.RawMessage("{}")
	}
	return shape
}

func factShape(f *strategyv1.Fact, words func(string) Words) Fact {
	cost, known := program.CostOf(f.GetName())
	if !known {
		cost = "unknown"
	}
	return Fact{Name: f.GetName(), Purpose: words(f.GetPurpose()), Cost: string(cost)}
}

// Revision is one state of the programme.
type Revision struct {
	Revision    int              `json:"revision"`
	State       program.Standing `json:"state" enum:"in_force,scheduled,candidate,cancelled,superseded"`
	EffectiveAt time.Time        `json:"effective_at"`
	Strategy    string           `json:"strategy"`
	Version     string           `json:"version"`
	Artifact    string           `json:"artifact"`
	Config      json.RawMessage  `json:"config"`
	Settings    program.Settings `json:"settings"`
	Author      string           `json:"author"`
	Note        string           `json:"note"`
	CreatedAt   time.Time        `json:"created_at"`
	Consent     []string         `json:"consent" doc:"Facts that the author let the strategy know, and nobody had before"`
}

func revisionShape(r program.Revision, standing program.Standing) Revision {
	return Revision{r.Revision, standing, r.EffectiveAt.UTC(), r.Strategy, r.Version, r.Artifact, r.Config, r.Settings, r.Author, r.Note, r.CreatedAt.UTC(), append([]string{}, r.Consent...)}
}
