package strategyv1_test

import (
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Money and rates are whole numbers; a float in the contract would let an
// answer differ between machines.
func TestContractHasNoFloatingPoint(t *testing.T) {
	t.Parallel()
	if n := visit(t, strategyv1.File_strategy_v1_strategy_proto.Messages()); n < 20 {
		t.Errorf("only %d messages were looked at", n)
	}
}

func visit(t *testing.T, messages protoreflect.MessageDescriptors) int {
	n := messages.Len()
	for i := range messages.Len() {
		m := messages.Get(i)
		for j := range m.Fields().Len() {
			f := m.Fields().Get(j)
			if f.Kind() == protoreflect.FloatKind || f.Kind() == protoreflect.DoubleKind {
				t.Errorf("%s is a %s", f.FullName(), f.Kind())
			}
		}
		n += visit(t, m.Messages())
	}
	return n
}
