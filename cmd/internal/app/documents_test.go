package app

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/fenli-io/fenli/platform/httpapi"
)

// TestTheCommittedDocumentsAreWhatTheCodeSays keeps web/api, from which the
// pages take their types, from drifting.
func TestTheCommittedDocumentsAreWhatTheCodeSays(t *testing.T) {
	t.Parallel()
	docs, err := Documents()
	if err != nil {
		t.Fatal(err)
	}
	for _, audience := range httpapi.Audiences {
		file := "../../../web/api/openapi." + string(audience) + ".json"
		committed, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(committed, docs[audience]) {
			t.Errorf("the API of %s has changed; look at it, then write it down with `go run ./cmd/fenli openapi`", audience)
		}
	}
}

// TestDocumentsWithoutDatabasesAreThoseOfTheServer: what is written to files
// must be what a running server would serve.
func TestDocumentsWithoutDatabasesAreThoseOfTheServer(t *testing.T) {
	t.Parallel()
	docs, err := Documents()
	if err != nil {
		t.Fatal(err)
	}
	a := compose(t)
	for _, audience := range httpapi.Audiences {
		served, err := a.HTTP.Document(audience)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(withoutVersion(t, served), withoutVersion(t, docs[audience])) {
			t.Errorf("%s: the two differ", audience)
		}
	}
}

func withoutVersion(t *testing.T, raw []byte) (doc map[string]any) {
	t.Helper()
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	delete(doc["info"].(map[string]any), "version")
	return doc
}
