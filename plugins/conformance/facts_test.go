package conformance_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/fenli-io/fenli/plugins/conformance"
)

// What the SDK lets an author declare, the checks know how to clear and to
// clutter.
func TestEveryFactOfTheSDKIsKnown(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../sdk/facts.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, is := n.(*ast.ValueSpec)
		if !is {
			return true
		}
		kind, is := spec.Type.(*ast.Ident)
		if !is || kind.Name != "Fact" {
			return true
		}
		for _, v := range spec.Values {
			name, err := strconv.Unquote(v.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			if _, known := conformance.Facts[name]; !known {
				t.Errorf("the fact %q is unknown to the checks", name)
			}
			found++
		}
		return true
	})
	if found < 13 {
		t.Errorf("only %d facts found", found)
	}
}
