package paper_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/paper"
)

// written makes a document, or skips where the machine has no font: in CI that
// is a failure.
func written(t *testing.T, fill func(*paper.Document)) []byte {
	t.Helper()
	pdf, err := paper.NewFonts(os.Getenv("FENLI_PDF_FONT")).Write("结算单", "第一号店 · 结算单", false, fill)
	if err != nil && fault.Of(err).Code == "paper.no_font" && os.Getenv("CI") == "" {
		t.Skip("no Chinese font: .ci/deps says what to install")
	}
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

// textOf asks another program what the document says.
func textOf(t *testing.T, pdf []byte) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed")
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestDocument_CarriesItsLettersAndNoMore(t *testing.T) {
	t.Parallel()
	rows := [][]string{}
	for i := range 120 {
		rows = append(rows, []string{fmt.Sprint(i), "佣金 · 一级 10% × 199.00，订单号很长很长很长很长很长很长 WX2026-03-01-000000" + fmt.Sprint(i), "19.90"})
	}
	pdf := written(t, func(d *paper.Document) {
		d.Title("结算单 Statement", "2026 年 3 月")
		d.Pairs([][2]string{{"分销员", "王小明 😀 O'Neill"}, {"期间", "2026-03-01 → 2026-03-31"}})
		d.Heading("明细")
		d.Table([]paper.Column{{Title: "序号", Weight: 1}, {Title: "说明", Weight: 6}, {Title: "金额", Weight: 2, Right: true}}, rows)
		d.Note("说明：本单由账本生成。")
	})
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || len(pdf) > 300_000 {
		t.Errorf("%d bytes", len(pdf))
	}
	if keep := os.Getenv("FENLI_KEEP_PDF"); keep != "" {
		if err := os.WriteFile(keep, pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := textOf(t, pdf)
	for _, want := range []string{"结算单 Statement", "王小明 〓 O'Neill", "第一号店", "119", "19.90"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the document", want)
		}
	}
	if strings.Count(text, "序号") < 3 {
		t.Error("every page repeats the table's head")
	}
}

func TestFonts_WithoutOneThereIsAFaultThatSaysWhatToDo(t *testing.T) {
	t.Parallel()
	broken := filepath.Join(t.TempDir(), "font.ttf")
	if err := os.WriteFile(broken, bytes.Repeat([]byte("ttcf"), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/no/such/font.ttf", broken, "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"} {
		_, err := paper.NewFonts(path).Write("t", "f", false, func(*paper.Document) {})
		if err == nil || fault.Of(err).Code != "paper.no_font" || !strings.Contains(fault.Of(err).Error(), "fonts-droid-fallback") {
			t.Errorf("%s: %v", path, err)
		}
	}
}
