package importing_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	. "github.com/fenli-io/fenli/tenants/importing"
)

// realFile finds a file of the real data, which is not part of the project.
func realFile(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("FENLI_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	path := filepath.Join(root, "online-retail", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED: the real order history is not at %s; FENLI_DATA says where it is", path)
	}
	return path
}

// Every customer outside the United Kingdom: a year in 36 stores (Hong Kong is
// the 37th country and names no customer). The figures
// were also worked out by another program in another language.
func TestRun_RealFile(t *testing.T) {
	file := realFile(t, "online_retail_nonuk.csv.gz")
	r := open(t)
	began := time.Now()
	result, err := r.importer.Run(t.Context(), Job{Files: []string{file}, Prefix: "or"})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	t.Logf("replayed in %s; %d MB at most, %s of our own processor time", took.Round(time.Millisecond), used.Maxrss>>10,
		time.Duration(used.Utime.Nano()+used.Stime.Nano()).Round(time.Millisecond))

	report := map[Reason]int{}
	for _, c := range result.Report.ByReason() {
		report[c.Reason] = c.Lines
	}
	for reason, lines := range map[Reason]int{Duplicate: 90, FeeCode: 1321, NoCustomer: 1441, Price: 13, ReturnUnmatched: 111, ReturnExcess: 12} {
		if report[reason] != lines {
			t.Errorf("%s: %d lines, want %d", reason, report[reason], lines)
		}
		delete(report, reason)
	}
	if len(report) > 0 {
		t.Errorf("also reported: %v", report)
	}
	if result.Report.Read != 46431 || result.Report.Used != 43443 {
		t.Errorf("read %d, used %d", result.Report.Read, result.Report.Used)
	}
	var all Store
	for _, s := range result.Stores {
		all.Orders += s.Orders
		all.Sales += s.Sales
		all.Refunds += s.Refunds
		all.Held += s.Held
		all.Available += s.Available
		all.Paid += s.Paid
	}
	if len(result.Stores) != 36 || all.Orders != 1823 || all.Sales != 149437232 || all.Refunds != 2849116 {
		t.Errorf("%d stores, %+v", len(result.Stores), all)
	}
	if all.Held != 0 || all.Available <= 0 || all.Paid <= 0 {
		t.Errorf("%+v", all)
	}
	r.mustBalance(t, result.Stores)
}

// Three months with the United Kingdom: read alone, since a plan is enough to
// account for every line.
func TestRead_RealFile(t *testing.T) {
	t.Parallel()
	file := realFile(t, "online_retail_2010-12_2011-02.csv.gz")
	_, report, err := Read([]string{file}, "or")
	if err != nil {
		t.Fatal(err)
	}
	if report.Read != 105335 || report.Used+report.Reported != report.Read {
		t.Errorf("read %d, used %d, reported %d", report.Read, report.Used, report.Reported)
	}
	t.Log(report.ByReason())
}
