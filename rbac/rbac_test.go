package rbac

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden file")

// TestMatrixIsTheGoldenFile makes every change of a right visible in review.
func TestMatrixIsTheGoldenFile(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, p := range Permissions {
		fmt.Fprintf(&b, "%-24s", p)
		for _, r := range Roles {
			cell := "·"
			if Allow(string(r), p) {
				cell = string(r)
			}
			fmt.Fprintf(&b, " %-*s", len(r), cell)
		}
		b.WriteString("\n")
	}
	const file = "testdata/matrix.golden"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != b.String() {
		t.Fatalf("the matrix has changed; look at it, then run with -update:\n%s", b.String())
	}
}

func TestWhatIsNotGrantedIsDenied(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{{"", OrderRead}, {"nobody", OrderRead}, {"owner", "order.fly"}, {"owner", ""}, {"staff", OrderRead}, {"owner", PlatformStoreClock}, {"operator", OrderRead}, {"manager", WithdrawalPay}, {"buyer", OwnWithdrawalRequest}} {
		if Allow(c[0], c[1]) {
			t.Errorf("%q may %q", c[0], c[1])
		}
	}
}

func TestEveryPermissionIsSomebodys(t *testing.T) {
	t.Parallel()
	for _, p := range Permissions {
		held := false
		for _, r := range Roles {
			held = held || Allow(string(r), p)
		}
		if !held {
			t.Errorf("%s is nobody's", p)
		}
	}
}

func TestAMisspeltRightStopsTheStart(t *testing.T) {
	t.Parallel()
	if _, err := compile(modelText, "p, owner, order.raed"); err == nil {
		t.Fatal("order.raed was taken")
	}
}

func BenchmarkAllow(b *testing.B) {
	for b.Loop() {
		Allow("owner", WithdrawalPay)
	}
}
