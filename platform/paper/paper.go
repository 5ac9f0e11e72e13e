package paper

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"
)

// Document is an A4 document that grows downwards.
type Document struct {
	pdf    *fpdf.Fpdf
	latin  letters
	asian  letters
	size   float64
	strong bool
	footer string
}

const (
	margin  = 15.0
	bottom  = 18.0
	leading = 1.45 // of the letters' height
	point   = 0.3528
	missing = '〓'
)

// Write makes a document. fill writes it; at most two are made at once.
func (f *Fonts) Write(title, footer string, landscape bool, fill func(*Document)) ([]byte, error) {
	chinese, err := f.find()
	if err != nil {
		return nil, err
	}
	f.slots <- true
	defer func() { <-f.slots }()
	asian, err := sfnt.Parse(chinese)
	if err != nil {
		return nil, fmt.Errorf("paper: %w", err)
	}
	orientation := "P"
	if landscape {
		orientation = "L"
	}
	pdf := fpdf.New(orientation, "mm", "A4", "")
	pdf.AddUTF8FontFromBytes("latin", "", regular)
	pdf.AddUTF8FontFromBytes("latin", "B", bold)
	pdf.AddUTF8FontFromBytes("chinese", "", chinese)
	pdf.SetTitle(title, true)
	pdf.SetMargins(margin, margin, margin)
	pdf.SetAutoPageBreak(false, bottom)
	pdf.SetCompression(true)
	d := &Document{pdf: pdf, footer: footer, size: 10,
		latin: letters{latin(), &sfnt.Buffer{}, map[rune]bool{}}, asian: letters{asian, &sfnt.Buffer{}, map[rune]bool{}}}
	pdf.AliasNbPages("{pages}")
	pdf.SetFooterFunc(d.foot)
	pdf.AddPage()
	fill(d)
	var out bytes.Buffer
	if err := pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("paper: %w", err)
	}
	return out.Bytes(), nil
}

// foot writes what stands under every page.
func (d *Document) foot() {
	size, strong := d.size, d.strong
	d.size, d.strong = 8, false
	w, h := d.pdf.GetPageSize()
	d.pdf.SetTextColor(110, 120, 115)
	d.text(margin, h-10, d.footer)
	page := fmt.Sprintf("%d / {pages}", d.pdf.PageNo())
	d.text(w-margin-d.width(fmt.Sprintf("%d / 000", d.pdf.PageNo())), h-10, page)
	d.pdf.SetTextColor(20, 30, 25)
	d.size, d.strong = size, strong
}

// Title is the document's first line.
func (d *Document) Title(text, aside string) {
	d.size, d.strong = 18, true
	d.pdf.SetTextColor(20, 30, 25)
	d.text(margin, d.pdf.GetY()+6, text)
	d.size, d.strong = 9, false
	w, _ := d.pdf.GetPageSize()
	d.text(w-margin-d.width(aside), d.pdf.GetY()+6, aside)
	d.pdf.SetY(d.pdf.GetY() + 11)
}

// Heading begins a part.
func (d *Document) Heading(text string) {
	d.need(20)
	d.size, d.strong = 12, true
	d.text(margin, d.pdf.GetY()+7, text)
	d.pdf.SetY(d.pdf.GetY() + 10)
	d.size, d.strong = 10, false
}

// Note is a small paragraph.
func (d *Document) Note(text string) {
	d.size, d.strong = 8.5, false
	w, _ := d.pdf.GetPageSize()
	d.pdf.SetTextColor(90, 100, 95)
	for _, line := range d.wrap(text, w-2*margin) {
		d.need(d.lineHeight())
		d.text(margin, d.pdf.GetY()+d.ascent(), line)
		d.pdf.SetY(d.pdf.GetY() + d.lineHeight())
	}
	d.pdf.SetTextColor(20, 30, 25)
	d.pdf.SetY(d.pdf.GetY() + 1)
	d.size = 10
}

// Pairs are facts, two beside one another on a line.
func (d *Document) Pairs(pairs [][2]string) {
	d.size, d.strong = 9.5, false
	w, _ := d.pdf.GetPageSize()
	half := (w - 2*margin) / 2
	for i, p := range pairs {
		if i%2 == 0 {
			d.need(d.lineHeight() + 1)
		}
		x := margin + float64(i%2)*half
		d.pdf.SetTextColor(90, 100, 95)
		d.text(x, d.pdf.GetY()+d.ascent(), p[0])
		d.pdf.SetTextColor(20, 30, 25)
		d.text(x+28, d.pdf.GetY()+d.ascent(), d.cut(p[1], half-30))
		if i%2 == 1 || i == len(pairs)-1 {
			d.pdf.SetY(d.pdf.GetY() + d.lineHeight() + 1)
		}
	}
	d.pdf.SetY(d.pdf.GetY() + 2)
	d.size = 10
}

// Column is one of a table. Weight is its share of the width.
type Column struct {
	Title  string
	Weight float64
	Right  bool // for figures
}

// Table writes rows under a head that every page repeats. A row whose first
// cell begins with a NUL is a sum, written in bold.
func (d *Document) Table(columns []Column, rows [][]string) {
	d.size, d.strong = 8.5, false
	w, _ := d.pdf.GetPageSize()
	var weights float64
	for _, c := range columns {
		weights += c.Weight
	}
	widths := make([]float64, len(columns))
	for i, c := range columns {
		widths[i] = (w - 2*margin) * c.Weight / weights
	}
	titles := make([]string, len(columns))
	for i, c := range columns {
		titles[i] = c.Title
	}
	d.need(3 * d.lineHeight())
	d.head(columns, titles, widths)
	for _, row := range rows {
		cells, height := d.cells(row, widths)
		if d.need(height) {
			d.head(columns, titles, widths)
		}
		d.strong = strings.HasPrefix(row[0], "\x00")
		d.row(columns, cells, widths, height)
		d.strong = false
		y := d.pdf.GetY()
		d.pdf.SetDrawColor(225, 230, 227)
		d.pdf.SetLineWidth(0.1)
		d.pdf.Line(margin, y, w-margin, y)
	}
	d.pdf.SetY(d.pdf.GetY() + 3)
	d.size = 10
}

func (d *Document) head(columns []Column, titles []string, widths []float64) {
	w, _ := d.pdf.GetPageSize()
	cells, height := d.cells(titles, widths)
	d.pdf.SetFillColor(236, 241, 238)
	d.pdf.Rect(margin, d.pdf.GetY(), w-2*margin, height, "F")
	d.strong = true
	d.row(columns, cells, widths, height)
	d.strong = false
}

const padding = 1.2

// cells wraps a row's cells and tells how high it is.
func (d *Document) cells(row []string, widths []float64) (cells [][]string, height float64) {
	most := 1
	for i, text := range row {
		lines := d.wrap(strings.TrimPrefix(text, "\x00"), widths[i]-2*padding)
		cells = append(cells, lines)
		most = max(most, len(lines))
	}
	return cells, float64(most)*d.lineHeight() + padding
}

func (d *Document) row(columns []Column, cells [][]string, widths []float64, height float64) {
	x, y := margin, d.pdf.GetY()
	for i, lines := range cells {
		for n, line := range lines {
			at := x + padding
			if columns[i].Right {
				at = x + widths[i] - padding - d.width(line)
			}
			d.text(at, y+padding/2+d.ascent()+float64(n)*d.lineHeight(), line)
		}
		x += widths[i]
	}
	d.pdf.SetY(y + height)
}

// need begins a page when there is no room.
func (d *Document) need(height float64) (turned bool) {
	_, h := d.pdf.GetPageSize()
	if d.pdf.GetY()+height <= h-bottom {
		return false
	}
	d.pdf.AddPage()
	d.pdf.SetY(margin)
	return true
}

func (d *Document) lineHeight() float64 { return d.size * point * leading }
func (d *Document) ascent() float64     { return d.size * point * 1.1 }

// run is a part of a text in one font.
type run struct {
	font string
	text string
}

// runs parts a text by the font that has its letters: the Latin one first.
func (d *Document) runs(text string) (list []run) {
	for _, r := range text {
		if r == '\t' || r == '\n' || r == '\r' {
			r = ' '
		}
		font := "latin"
		if !d.latin.has(r) {
			if font = "chinese"; !d.asian.has(r) {
				r = missing
				if !d.asian.has(r) {
					font, r = "latin", '?'
				}
			}
		}
		if n := len(list); n > 0 && list[n-1].font == font {
			list[n-1].text += string(r)
		} else {
			list = append(list, run{font, string(r)})
		}
	}
	return list
}

func (d *Document) use(font string) {
	style := ""
	if d.strong && font == "latin" {
		style = "B"
	}
	d.pdf.SetFont(font, style, d.size)
}

func (d *Document) text(x, y float64, text string) {
	for _, r := range d.runs(text) {
		d.use(r.font)
		d.pdf.Text(x, y, r.text)
		if d.strong && r.font == "chinese" { // there is no bold one: written twice, a hair apart
			d.pdf.Text(x+d.size*0.012, y, r.text)
		}
		x += d.pdf.GetStringWidth(r.text)
	}
}

func (d *Document) width(text string) (w float64) {
	for _, r := range d.runs(text) {
		d.use(r.font)
		w += d.pdf.GetStringWidth(r.text)
	}
	return w
}

// mostLines bounds a cell: a table shows, it does not tell.
const mostLines = 4

// wrap breaks a text into lines that fit: at spaces, and between any two
// letters where a word is too long or Chinese.
func (d *Document) wrap(text string, width float64) (lines []string) {
	var line []rune
	var at float64
	space := -1
	for _, r := range text {
		w := d.width(string(r))
		if at+w > width && len(line) > 0 {
			cut := len(line)
			if space > 0 && r < 0x2E80 && r != ' ' {
				cut = space
			}
			lines = append(lines, strings.TrimSpace(string(line[:cut])))
			line = append([]rune{}, line[cut:]...)
			at, space = d.width(string(line)), -1
			if len(lines) == mostLines {
				lines[mostLines-1] = d.cut(lines[mostLines-1]+"…", width)
				return lines
			}
		}
		if r == ' ' {
			space = len(line)
		}
		line = append(line, r)
		at += w
	}
	return append(lines, strings.TrimSpace(string(line)))
}

// cut shortens a text to a width.
func (d *Document) cut(text string, width float64) string {
	if d.width(text) <= width {
		return text
	}
	letters := []rune(strings.TrimSuffix(text, "…"))
	for len(letters) > 0 && d.width(string(letters)+"…") > width {
		letters = letters[:len(letters)-1]
	}
	return string(letters) + "…"
}
