package importing_test

import (
	"os"
	"path/filepath"
	"runtime"
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
		t.Skipf("the real data is not here: no %s; set FENLI_DATA", path)
	}
	return path
}

func TestRealFile(t *testing.T) {
	file := realFile(t, "online_retail_nonuk.csv.gz")
	r := open(t)
	began := time.Now()
	result, err := r.importer.Run(t.Context(), Job{Files: []string{file}, Prefix: "or"})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("took %s; %d MB of memory", took, m.Sys>>20)
	t.Logf("read %d used %d reported %v", result.Report.Read, result.Report.Used, result.Report.ByReason())
	for _, s := range result.Stores {
		t.Logf("%+v", s)
	}
	r.mustBalance(t, result.Stores)
}
