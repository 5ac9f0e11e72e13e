package importing

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// columns in the order in which the rest of the package sees them.
var columns = [...]string{"InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"}

type fields [len(columns)]string

// maxLine is far above any line that is one.
const maxLine = 64 << 10

// readFile calls each for every line after the header; ok is false for a line
// that is not eight fields. A line is what ends with a line feed: a quoted
// field does not run on into the next line, so one lost quote costs one line
// and not the rest of the file.
func readFile(name string, each func(line int, f fields, ok bool)) error {
	file, err := os.Open(name)
	if err != nil {
		return errFile.With("file", name).Because(err)
	}
	defer file.Close()
	in, err := unzipped(bufio.NewReaderSize(file, maxLine))
	if err != nil {
		return errFile.With("file", name).Because(err)
	}
	if err := readLines(in, each); err != nil {
		return fmt.Errorf("importing: %s: %w", name, err)
	}
	return nil
}

// unzipped looks at the content and not at the name.
func unzipped(in *bufio.Reader) (*bufio.Reader, error) {
	if magic, _ := in.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return in, nil
	}
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(z, maxLine), nil
}

func readLines(in *bufio.Reader, each func(line int, f fields, ok bool)) error {
	header, whole, err := nextLine(in)
	if err != nil && !errors.Is(err, io.EOF) {
		return errFile.Because(err)
	}
	at, err := columnsOf(strings.TrimPrefix(header, "\ufeff"), whole)
	if err != nil {
		return err
	}
	for n := 2; ; n++ {
		text, whole, err := nextLine(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errFile.Because(err)
		}
		values, ok := split(text)
		ok = ok && whole && len(values) == len(at)
		var f fields
		if ok {
			for i, column := range at {
				f[column] = strings.TrimSpace(values[i])
			}
		}
		each(n, f, ok)
	}
}

// nextLine reads one line without its end. Of one that is too long the rest is
// skipped, and whole is false. io.EOF comes without a line.
func nextLine(in *bufio.Reader) (line string, whole bool, err error) {
	b, err := in.ReadSlice('\n')
	line, whole = strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r"), true
	for errors.Is(err, bufio.ErrBufferFull) {
		whole = false
		_, err = in.ReadSlice('\n')
	}
	if errors.Is(err, io.EOF) && len(b) > 0 {
		err = nil // the last line has no line feed
	}
	return line, whole, err
}

// columnsOf tells for each field of a line which column it is.
func columnsOf(header string, whole bool) ([]int, error) {
	names, ok := split(header)
	if !ok || !whole {
		return nil, errHeader.With("columns", strings.Join(columns[:], ", "))
	}
	at := make([]int, len(names))
	for i, name := range names {
		at[i] = -1
		for c, column := range columns {
			if strings.EqualFold(strings.TrimSpace(name), column) {
				at[i] = c
			}
		}
	}
	var seen fields
	for _, c := range at {
		if c < 0 || seen[c] != "" {
			return nil, errHeader.With("columns", strings.Join(columns[:], ", "))
		}
		seen[c] = "there"
	}
	if len(at) != len(columns) {
		return nil, errHeader.With("columns", strings.Join(columns[:], ", "))
	}
	return at, nil
}

// split cuts a line at its commas. A field that begins with a quote ends at
// the next single one; two of them are one; elsewhere a quote is a character.
func split(line string) (values []string, ok bool) {
	for {
		var value string
		if strings.HasPrefix(line, `"`) {
			if value, line, ok = unquote(line[1:]); !ok {
				return nil, false
			}
		} else if i := strings.IndexByte(line, ','); i >= 0 {
			value, line = line[:i], line[i:]
		} else {
			value, line = line, ""
		}
		values = append(values, value)
		if line == "" {
			return values, true
		}
		line = line[1:] // the comma
	}
}

// unquote reads up to the closing quote, which a comma or the end follows.
func unquote(line string) (value, rest string, ok bool) {
	var b strings.Builder
	for {
		i := strings.IndexByte(line, '"')
		if i < 0 {
			return "", "", false
		}
		b.WriteString(line[:i])
		line = line[i+1:]
		if !strings.HasPrefix(line, `"`) {
			return b.String(), line, line == "" || line[0] == ','
		}
		b.WriteByte('"')
		line = line[1:]
	}
}
