// Package paper makes PDF documents that people print and sign: headings,
// pairs and tables, in Latin and Chinese letters.
//
// Chinese letters need a font of the machine's, of which each document carries
// the letters it uses. Without one there is no document, but a fault that says
// how to install one; and a letter that no font has is written as 〓 and never as
// an empty box.
package paper

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	"github.com/fenli-io/fenli/platform/fault"
)

// ErrNoFont says what to install.
var ErrNoFont = fault.New(fault.Unavailable, "paper.no_font",
	"服务器没有可嵌入 PDF 的中文字体。请安装字体包（Debian/Ubuntu：apt install fonts-droid-fallback），或用 FENLI_PDF_FONT 指定一个 TrueType 中文字体文件；也可以先导出 CSV",
	"the server has no Chinese font that a PDF can carry: install one (Debian, Ubuntu: apt install fonts-droid-fallback) or name a TrueType file in FENLI_PDF_FONT; a CSV needs none")

// places are where systems keep Chinese fonts with TrueType outlines, which
// are what a document can carry a part of.
var places = []string{
	"/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",          // Debian: fonts-droid-fallback
	"/usr/share/fonts/google-droid-sans-fonts/DroidSansFallbackFull.ttf", // Fedora
	"/usr/share/fonts/droid/DroidSansFallbackFull.ttf",                   // Alpine, Arch
	"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",                     // Debian: fonts-wqy-microhei
	"/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc",           // Arch
	"/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",                       // Debian: fonts-wqy-zenhei
	"/usr/share/fonts/truetype/noto/NotoSansSC-*.ttf",
	"/usr/local/share/fonts/NotoSansSC-*.ttf",
	"/System/Library/Fonts/Supplemental/Arial Unicode.ttf", // macOS
	"/Library/Fonts/Arial Unicode.ttf",
}

// Fonts are what documents are written with.
type Fonts struct {
	path string // of the Chinese font; "": wherever the system keeps one

	mu      sync.Mutex
	chinese []byte    // nil until one has been found
	slots   chan bool // documents made at once: each reads the whole font
}

const documentsAtOnce = 2

// NewFonts uses the Chinese font of a file, or with "" one that the system has.
// It is looked for when the first document is made, so a server starts without.
func NewFonts(path string) *Fonts {
	return &Fonts{path: path, slots: make(chan bool, documentsAtOnce)}
}

// letters tells which a font has.
type letters struct {
	font *sfnt.Font
	buf  *sfnt.Buffer
	seen map[rune]bool
}

func (l *letters) has(r rune) bool {
	known, seen := l.seen[r]
	if !seen {
		g, err := l.font.GlyphIndex(l.buf, r)
		known = err == nil && g != 0 && r <= 0xFFFF // documents name letters by two bytes
		l.seen[r] = known
	}
	return known
}

// find loads the Chinese font; what was found is kept.
func (f *Fonts) find() ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.chinese != nil {
		return f.chinese, nil
	}
	candidates := []string{f.path}
	if f.path == "" {
		candidates = nil
		for _, p := range places {
			found, _ := filepath.Glob(p) // the patterns are ours
			candidates = append(candidates, found...)
		}
	}
	var failed error
	for _, path := range candidates {
		b, err := read(path)
		if err == nil {
			f.chinese = b
			return b, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, ErrNoFont.Because(failed)
}

// read reads a font that a document can carry a part of.
func read(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if b, err = single(b); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	font, err := sfnt.Parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	l := letters{font, &sfnt.Buffer{}, map[rune]bool{}}
	for _, r := range "分利结算单佣金" {
		if !l.has(r) {
			return nil, fmt.Errorf("%s: the font has no %c", path, r)
		}
	}
	return b, nil
}

var errOutlines = errors.New("the font has no TrueType outlines, of which a document could carry a part")

// single takes the first font out of a collection and refuses what has no
// TrueType outlines.
func single(b []byte) ([]byte, error) {
	const header, record = 12, 16
	if len(b) < header {
		return nil, errOutlines
	}
	at := 0
	if string(b[:4]) == "ttcf" {
		if len(b) < 16 {
			return nil, errOutlines
		}
		at = int(binary.BigEndian.Uint32(b[12:]))
	}
	if at+header > len(b) {
		return nil, errOutlines
	}
	n := int(binary.BigEndian.Uint16(b[at+4:]))
	if at+header+n*record > len(b) {
		return nil, errOutlines
	}
	out := append([]byte{}, b[at:at+header+n*record]...)
	outlines := false
	for i := range n {
		rec := out[header+i*record : header+(i+1)*record]
		from, length := int(binary.BigEndian.Uint32(rec[8:])), int(binary.BigEndian.Uint32(rec[12:]))
		if from < 0 || length < 0 || from+length > len(b) {
			return nil, errOutlines
		}
		outlines = outlines || string(rec[:4]) == "glyf"
		binary.BigEndian.PutUint32(rec[8:], uint32(len(out)))
		out = append(out, b[from:from+length]...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	if !outlines {
		return nil, errOutlines
	}
	if at == 0 && string(b[:4]) != "ttcf" {
		return b, nil
	}
	return out, nil
}

// latin are the letters of Go's own font, which every document carries.
var latin = sync.OnceValue(func() *sfnt.Font {
	font, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		panic(err) // it is part of this binary
	}
	return font
})

var regular, bold = goregular.TTF, gobold.TTF
