package workbench_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/fenli-io/fenli/plugins/workbench"
)

func table(t *testing.T, text string) (*workbench.Table, error) {
	t.Helper()
	return workbench.ReadTable(write(t, filepath.Join(t.TempDir(), "orders.csv"), text), "CNY")
}

func guess(t *testing.T, text string) *workbench.Guess {
	t.Helper()
	read, err := table(t, text)
	if err != nil {
		t.Fatal(err)
	}
	g, err := workbench.GuessFrom(read)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const chinese = "订单号,商品编码,类目,数量,实付金额(元),推广员,上级,上上级,推广员佣金,上级佣金,上上级佣金,备注\n" +
	"A1,TEA,茶/绿茶,1,199.00,张三,李四,王五,19.90,9.95,5.97,\n" +
	"A2,TEA,茶/绿茶,2,\"1,299.99\",张三,李四,,129.99,64.99,,\n" +
	"A3,CUP,器具,1,￥88,李四,王五,,8.80,4.40,,满额\n"

func TestATableMayComeFromAnySpreadsheet(t *testing.T) {
	t.Parallel()
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(strings.ReplaceAll(chinese, "￥", ""))
	if err != nil {
		t.Fatal(err)
	}
	for how, text := range map[string]string{
		"utf-8": chinese, "bom": "\ufeff" + chinese, "gbk": gbk, "crlf": strings.ReplaceAll(chinese, "\n", "\r\n"),
		"full width": strings.ReplaceAll(chinese, "199.00", "１９９．００"),
	} {
		read, err := table(t, text)
		if err != nil {
			t.Errorf("%s: %v", how, err)
			continue
		}
		if len(read.Orders) != 3 || read.Orders[0].Chain[2].Name != "王五" || read.Orders[1].Lines[0].Net != 129999 || read.Orders[0].Lines[0].Net != 19900 || read.Orders[2].Reason != "满额" {
			t.Errorf("%s: %+v", how, read)
		}
	}
}

func TestATableNamesRowAndColumnOfEveryMistake(t *testing.T) {
	t.Parallel()
	for place, text := range map[string]string{
		"row 2, column net":           "order,net,seller,seller_amount\n1,12.345,a,1\n",
		"row 3, column 实付":            "订单,实付,推广员,佣金\n1,12,a,1\n2,-5,a,1\n",
		"row 2, column qty":           "order,qty,net,seller,seller_amount\n1,half,12,a,1\n",
		"row 2, column upline2":       "order,net,seller,upline,upline2,seller_amount\n1,12,a,,c,1\n",
		"row 2, column upline":        "order,net,seller,upline,seller_amount\n1,12,a,a,1\n",
		"row 3, column seller":        "order,net,seller,seller_amount\n1,12,a,1\n1,12,b,1\n",
		"row 2, column upline_amount": "order,net,seller,seller_amount,upline_amount\n1,12,a,1,0.50\n",
		"row 2, column order":         "order,net,seller,seller_amount\n,12,a,1\n",
		"row 1":                       "order,seller,seller_amount\n1,a,1\n",
	} {
		_, err := table(t, text)
		flaws := workbench.FlawsOf(err)
		if len(flaws) != 1 || !strings.HasSuffix(flaws[0].Place, place) || flaws[0].Fix == "" {
			t.Errorf("%s: got %v", place, err)
		}
	}
	if _, err := table(t, "PK\x03\x04workbook"); err == nil || !strings.Contains(err.Error(), "workbook") {
		t.Errorf("a workbook: %v", err)
	}
}

func TestAGuessFindsFlatRatesAndNamesWhatItDoesNotExplain(t *testing.T) {
	t.Parallel()
	text := "order,sku,net,seller,upline,upline2,seller_amount,upline_amount,upline2_amount\n"
	for i := range 50 {
		net := int64(10_001 + 733*i)
		a, b, c := net/10, net*5/100, net*3/100
		if i == 7 || i == 21 || i == 40 {
			a += 250
		}
		text += fmt.Sprintf("N%d,S%d,%d.%02d,张三,李四,王五,%d.%02d,%d.%02d,%d.%02d\n", i, i%9, net/100, net%100, a/100, a%100, b/100, b%100, c/100, c%100)
	}
	g := guess(t, text)
	if g.Template != "rates" || string(g.Config) != `{"rates":["0.1","0.05","0.03"]}` || g.Explained() != 47 || len(g.Cases) != 50 {
		t.Fatalf("%s %s explains %d:\n%s", g.Template, g.Config, g.Explained(), g.Report())
	}
	report := g.Report()
	for _, want := range []string{"3-level 10% / 5% / 3%", "47 of 50", "N21 (row 23)", "seller 张三: the table says", "(+2.50)"} {
		if !strings.Contains(report, want) {
			t.Errorf("the report lacks %q:\n%s", want, report)
		}
	}
	raw, err := json.Marshal(g.Cases)
	if err != nil || strings.Contains(string(raw), "张三") {
		t.Errorf("the cases name people: %v", err)
	}
}

func TestAGuessFindsRatesByCategoryAndRounding(t *testing.T) {
	t.Parallel()
	text := "order;category;net;seller;upline;seller_amount;upline_amount\n"
	for i := range 30 {
		net := int64(10_007 + 911*i)
		category, first, second := "tea", int64(12), int64(3)
		if i%3 == 0 {
			category, first, second = "cups", 25, 8
		}
		a, b := (net*first+50)/100, (net*second+50)/100
		text += fmt.Sprintf("N%d;%s;%d.%02d;x;y;%d.%02d;%d.%02d\n", i, category, net/100, net%100, a/100, a%100, b/100, b%100)
	}
	g := guess(t, text)
	if g.Template != "categories" || g.Rounding != "half_up" || g.Explained() != 30 || string(g.Config) != `{"categories":{"cups":["0.25","0.08"],"tea":["0.12","0.03"]}}` {
		t.Fatalf("%s %s explains %d:\n%s", g.Template, g.Config, g.Explained(), g.Report())
	}
}

func TestAGuessFindsAmountsAPiece(t *testing.T) {
	t.Parallel()
	text := "order,sku,qty,net,seller,upline,seller_amount,upline_amount\n"
	for i := range 24 {
		n := i%4 + 1
		each := []int{500, 320}[i%2]
		text += fmt.Sprintf("N%d,%s,%d,%d.%02d,x,y,%d.%02d,%d\n", i, []string{"TEA", "CUP"}[i%2], n, 40+17*i, i, each*n/100, each*n%100, n)
	}
	g := guess(t, text)
	if g.Template != "pieces" || g.Explained() != 24 || string(g.Config) != `{"skus":{"CUP":[320,100],"TEA":[500,100]}}` {
		t.Fatalf("%s %s explains %d:\n%s", g.Template, g.Config, g.Explained(), g.Report())
	}
}

// What the guess does not explain fails in the author's own test, and nothing
// else does.
func TestAFolderFromATableFailsExactlyWhereTheTableDiffers(t *testing.T) {
	t.Parallel()
	read, err := table(t, strings.ReplaceAll(chinese, "8.80,4.40", "9.80,4.40"))
	if err != nil {
		t.Fatal(err)
	}
	g, err := workbench.GuessFrom(read)
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Misfits) != 1 || g.Misfits[0].Order != "A3" {
		t.Fatalf("misfits: %+v\n%s", g.Misfits, g.Report())
	}
	dir := scaffold(t, workbench.Scaffold{Name: "from-table"}.From(g))
	out, err := run(t, dir, "test", "./...")
	if err == nil || strings.Count(out, "--- FAIL: TestStrategy/Golden/") != 1 || !strings.Contains(out, "Golden/A3") || strings.Contains(out, "Properties") {
		t.Fatalf("%v\n%s", err, out)
	}
}
