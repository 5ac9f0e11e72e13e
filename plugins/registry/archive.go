package registry

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

// A package is a tar of a listing, a signature and the files, in that order
// and each by path, compressed with Zstandard. Of given content and signature
// there is one tar and no other: what does not look exactly so is refused,
// links, odd names, owners, times and hidden extras included.
const (
	listingName   = "MANIFEST"
	signatureName = "SIGNATURE"
	listingHead   = "fenli-package 1\n"

	// MaxPackage bounds the file, in bytes.
	MaxPackage  = 64 << 20
	maxUnpacked = 160 << 20
	maxFile     = 64 << 20
	maxFiles    = 400
	window      = 4 << 20
)

// pathPattern is everything that a package may hold.
var pathPattern = regexp.MustCompile(`^(manifest\.json|schema\.json|README\.md|LICENSE|bundle\.mjs|bin/linux-(amd64|arm64)|(locales|cases)/[A-Za-z0-9][A-Za-z0-9_-]{0,80}\.json)$`)

// listingOf is the MANIFEST: a hash, a size and a path to a line.
func listingOf(files []File) []byte {
	b := bytes.NewBufferString(listingHead)
	for _, f := range files {
		fmt.Fprintf(b, "%s  %d  %s\n", f.SHA256, f.Size, f.Path)
	}
	return b.Bytes()
}

// seal writes the file and names it.
func (p *Package) seal() error {
	unpacked, err := p.tar()
	if err != nil {
		return err
	}
	if len(unpacked) > maxUnpacked {
		return errTooLarge.With("problem", fmt.Sprintf("%d MiB unpacked, %d at most", len(unpacked)>>20, maxUnpacked>>20))
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithWindowSize(window))
	if err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	p.raw = enc.EncodeAll(unpacked, nil)
	p.SHA256 = Hash(p.raw)
	if len(p.raw) > MaxPackage {
		return errTooLarge.With("problem", fmt.Sprintf("%d MiB, %d at most", len(p.raw)>>20, MaxPackage>>20))
	}
	return errors.Join(enc.Close())
}

// tar writes the one tar of the package's content.
func (p *Package) tar() ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	put := func(path string, content []byte) error {
		mode := int64(0o644)
		if strings.HasPrefix(path, "bin/") {
			mode = 0o755
		}
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: path, Size: int64(len(content)), Mode: mode, ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR}); err != nil {
			return err
		}
		_, err := w.Write(content)
		return err
	}
	err := put(listingName, p.listing)
	if err == nil && p.signature != nil {
		err = put(signatureName, p.signature)
	}
	for _, path := range slices.Sorted(maps.Keys(p.files)) {
		if err == nil {
			err = put(path, p.files[path])
		}
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	return b.Bytes(), nil
}

// Read reads a stranger's package. It takes bounded memory whatever the bytes
// are, and refuses everything that is not a package from end to end. A
// signature, if there is one, is good: Signer says whose it is.
func Read(from io.Reader) (*Package, error) {
	raw, err := io.ReadAll(io.LimitReader(from, MaxPackage+1))
	if err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	if len(raw) > MaxPackage {
		return nil, errTooLarge.With("problem", fmt.Sprintf("more than %d MiB", MaxPackage>>20))
	}
	p := &Package{SHA256: Hash(raw), raw: raw, files: map[string][]byte{}}
	unpacked, err := unpack(raw)
	if err != nil {
		return nil, err
	}
	if err := p.untar(unpacked); err != nil {
		return nil, err
	}
	if err := p.checkListing(); err != nil {
		return nil, err
	}
	if again, err := p.tar(); err != nil || !bytes.Equal(again, unpacked) {
		return nil, errUnreadable.With("problem", "its archive is not in the form of a package").Because(err)
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return p, p.checkSignature()
}

func unpack(raw []byte) ([]byte, error) {
	dec, err := zstd.NewReader(bytes.NewReader(raw), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(2*window), zstd.WithDecoderMaxMemory(maxUnpacked+1))
	if err != nil {
		return nil, errUnreadable.With("problem", "it is not compressed as a package is").Because(err)
	}
	defer dec.Close()
	unpacked, err := io.ReadAll(io.LimitReader(dec, maxUnpacked+1))
	if errors.Is(err, zstd.ErrDecoderSizeExceeded) || len(unpacked) > maxUnpacked {
		return nil, errTooLarge.With("problem", fmt.Sprintf("more than %d MiB unpacked", maxUnpacked>>20))
	}
	if err != nil {
		return nil, errUnreadable.With("problem", "it is not compressed as a package is").Because(err)
	}
	return unpacked, nil
}

func (p *Package) untar(unpacked []byte) error {
	r := tar.NewReader(bytes.NewReader(unpacked))
	for n := 0; ; n++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		switch {
		case err != nil:
			return errUnreadable.With("problem", "its archive cannot be read").Because(err)
		case n > maxFiles:
			return errTooLarge.With("problem", fmt.Sprintf("more than %d files", maxFiles))
		case h.Typeflag != tar.TypeReg:
			return errUnreadable.With("problem", fmt.Sprintf("%.80q is no plain file", h.Name)).At(h.Name)
		case h.Size > maxFile:
			return errTooLarge.With("problem", fmt.Sprintf("%.80q has more than %d MiB", h.Name, maxFile>>20)).At(h.Name)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			return errUnreadable.With("problem", "its archive cannot be read").Because(err)
		}
		if err := p.take(n, h.Name, content); err != nil {
			return err
		}
	}
}

// take files one entry: the listing comes first, then the signature.
func (p *Package) take(n int, name string, content []byte) error {
	switch {
	case n == 0 && name == listingName:
		p.listing = content
	case n == 1 && name == signatureName:
		p.signature = content
	case n == 0:
		return errUnreadable.With("problem", "it does not begin with a MANIFEST")
	case !pathPattern.MatchString(name):
		return errUnreadable.With("problem", fmt.Sprintf("%.80q has no place in a package", name)).At(name)
	case p.files[name] != nil:
		return errUnreadable.With("problem", name+" occurs twice").At(name)
	default:
		p.files[name] = content
	}
	return nil
}

// checkListing compares the MANIFEST with the files, line by line, to name the
// one that differs.
func (p *Package) checkListing() error {
	lines, ok := strings.CutPrefix(string(p.listing), listingHead)
	if !ok {
		return errUnreadable.With("problem", "it has no MANIFEST, or a newer one than this program knows")
	}
	listed := map[string]string{}
	for line := range strings.Lines(lines) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), "  ", 3)
		if len(fields) != 3 {
			return errUnreadable.With("problem", "its MANIFEST cannot be read")
		}
		listed[fields[2]] = line
	}
	for _, f := range p.Files() {
		line, ok := listed[f.Path]
		if !ok {
			return errUnlisted.With("path", f.Path).At(f.Path)
		}
		if line != fmt.Sprintf("%s  %d  %s\n", f.SHA256, f.Size, f.Path) {
			return errFileHash.With("path", f.Path).At(f.Path)
		}
		delete(listed, f.Path)
	}
	for path := range listed {
		return errUnlisted.With("path", fmt.Sprintf("%.80q", path))
	}
	if !bytes.Equal(p.listing, listingOf(p.Files())) {
		return errUnreadable.With("problem", "its MANIFEST is not in order")
	}
	return nil
}

func (p *Package) checkSignature() error {
	if p.signature == nil {
		return nil
	}
	var word signed
	if err := json.Unmarshal(p.signature, &word); err != nil || !word.Key.verify(forPackage, []byte(Hash(p.listing)), word.Signature) {
		return errBadSignature.With("what", "the package").Because(err)
	}
	p.Signer = word.Key
	return nil
}
