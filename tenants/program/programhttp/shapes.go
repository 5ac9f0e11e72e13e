package programhttp

import (
	"encoding/json"
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
	CanRecompute bool            `json:"can_recompute" doc:"Whether the refund policy recompute may be chosen"`
	Offer
}

// Fact is one thing that a strategy wants to know.
type Fact struct {
	Name    string `json:"name"`
	Purpose Words  `json:"purpose"`
}

func strategyShape(a program.Artifact) Strategy {
	words := func(key string) Words {
		w := &strategyv1.Why{Key: key}
		return Words{program.Sentence(a.Description, w, "zh-CN"), program.Sentence(a.Description, w, "en")}
	}
	shape := Strategy{Artifact: a.SHA256, Strategy: a.Strategy, Version: a.Version, Title: words("title"), Summary: words("summary"),
		Facts: []Fact{}, ConfigSchema: a.Description.GetConfigSchema(), CanRecompute: a.Description.GetCanRecompute()}
	for _, f := range a.Description.GetFacts() {
		shape.Facts = append(shape.Facts, Fact{f.GetName(), words(f.GetPurpose())})
	}
	if len(shape.ConfigSchema) == 0 {
		shape.ConfigSchema = json.RawMessage("{}")
	}
	return shape
}

// Revision is one state of the programme.
type Revision struct {
	Revision    int              `json:"revision"`
	EffectiveAt time.Time        `json:"effective_at"`
	Strategy    string           `json:"strategy"`
	Version     string           `json:"version"`
	Artifact    string           `json:"artifact"`
	Config      json.RawMessage  `json:"config"`
	Settings    program.Settings `json:"settings"`
	Author      string           `json:"author"`
	Note        string           `json:"note"`
	CreatedAt   time.Time        `json:"created_at"`
}

func revisionShape(r program.Revision) Revision {
	return Revision{r.Revision, r.EffectiveAt.UTC(), r.Strategy, r.Version, r.Artifact, r.Config, r.Settings, r.Author, r.Note, r.CreatedAt.UTC()}
}
