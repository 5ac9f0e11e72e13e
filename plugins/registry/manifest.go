package registry

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Words are a text in both languages.
type Words struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// Fact is one thing that a strategy wants to know, and why.
type Fact struct {
	Name    string `json:"name"`
	Purpose Words  `json:"purpose"`
}

// Manifest is what a package says of itself. Everything but the last four
// fields is what the program itself answers to Describe, and the host refuses
// a program that answers something else.
type Manifest struct {
	ID      string  `json:"id"`
	Version string  `json:"version"`
	SDK     string  `json:"sdk"`
	Runtime Runtime `json:"runtime"`
	Title   Words   `json:"title"`
	Summary Words   `json:"summary"`
	Facts   []Fact  `json:"facts"`

	Homepage    string `json:"homepage,omitempty"`
	License     string `json:"license,omitempty"`
	MinPlatform string `json:"min_platform,omitempty"` // the oldest Fenli it runs on
}

// ManifestOf writes down what a program said of itself.
func ManifestOf(d *strategyv1.DescribeResponse, runtime Runtime) Manifest {
	words := func(key string) Words { return Words{message(d, "zh", key), message(d, "en", key)} }
	m := Manifest{ID: d.GetId(), Version: d.GetVersion(), SDK: d.GetSdk(), Runtime: runtime, Title: words("title"), Summary: words("summary"), Facts: []Fact{}}
	for _, f := range d.GetFacts() {
		m.Facts = append(m.Facts, Fact{f.GetName(), words(f.GetPurpose())})
	}
	return m
}

// message finds a sentence in a language, whatever its region.
func message(d *strategyv1.DescribeResponse, lang, key string) string {
	for _, l := range d.GetLocales() {
		if tag, _, _ := strings.Cut(strings.ToLower(l.GetTag()), "-"); tag == lang {
			return l.GetMessages()[key]
		}
	}
	return ""
}

// Speaks compares the package with what its program says of itself.
func (p *Package) Speaks(d *strategyv1.DescribeResponse) error {
	said := ManifestOf(d, p.Manifest.Runtime)
	switch m := p.Manifest; {
	case said.ID != m.ID:
		return errManifestLies.With("what", "id")
	case said.Version != m.Version:
		return errManifestLies.With("what", "version")
	case said.SDK != m.SDK:
		return errManifestLies.With("what", "SDK")
	case said.Title != m.Title || said.Summary != m.Summary:
		return errManifestLies.With("what", "title")
	case !slices.Equal(said.Facts, m.Facts):
		return errManifestLies.With("what", "list of facts")
	case !sameJSON(d.GetConfigSchema(), p.File("schema.json")):
		return errManifestLies.With("what", "configuration schema")
	}
	return nil
}

func sameJSON(a, b []byte) bool {
	var one, other bytes.Buffer
	return json.Compact(&one, orObject(a)) == nil && json.Compact(&other, orObject(b)) == nil && bytes.Equal(one.Bytes(), other.Bytes())
}

// orObject is an empty schema for a strategy without one.
func orObject(b []byte) []byte {
	if len(b) == 0 {
		return []byte("{}")
	}
	return b
}

const (
	maxFacts = 64
	maxText  = 2000
)

func (m Manifest) check() error {
	bad := func(field, problem string) error {
		return errManifest.With("field", field).With("problem", problem).At("manifest." + field)
	}
	switch {
	case len(m.ID) > 63 || !idPattern.MatchString(m.ID):
		return bad("id", "small letters, digits and single hyphens, such as three-level")
	case !versionPattern.MatchString(m.Version) || strings.Contains(m.Version, "-dev."):
		return bad("version", "a semantic version such as 1.0.0")
	case m.SDK == "" || len(m.SDK) > 60:
		return bad("sdk", "the name and version of the SDK, such as go/1.0.0")
	case m.Runtime != Go && m.Runtime != Node:
		return bad("runtime", "go or node")
	case m.Title.Zh == "" || m.Title.En == "" || m.Summary.Zh == "" || m.Summary.En == "":
		return bad("title", "title and summary are needed in Chinese and in English")
	case len(m.Facts) > maxFacts:
		return bad("facts", "too many")
	case m.Homepage != "" && !strings.HasPrefix(m.Homepage, "https://"):
		return bad("homepage", "an https address")
	case m.MinPlatform != "" && !versionPattern.MatchString(m.MinPlatform):
		return bad("min_platform", "a semantic version")
	}
	texts := []string{m.Title.Zh, m.Title.En, m.Summary.Zh, m.Summary.En, m.Homepage, m.License}
	for _, f := range m.Facts {
		if f.Name == "" {
			return bad("facts", "a fact has no name")
		}
		texts = append(texts, f.Name, f.Purpose.Zh, f.Purpose.En)
	}
	for _, t := range texts {
		if len(t) > maxText || !utf8.ValidString(t) || strings.ContainsRune(t, 0) {
			return bad("title", "a text is too long or no text")
		}
	}
	return nil
}

// readManifest takes exactly the fields that are known: what nobody reads must
// not be signed for.
func readManifest(raw []byte) (m Manifest, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, errManifest.With("field", "JSON").With("problem", err).Because(err)
	}
	return m, m.check()
}
