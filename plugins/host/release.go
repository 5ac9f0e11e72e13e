package host

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/fenli-io/fenli/plugins/registry"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// InstallRelease puts a release of the registry into the store, starts it and
// makes sure that it says of itself what its package said. A release is proved
// before it comes here, so this is how a stranger's strategy arrives; other
// bytes under a version that is installed are refused whatever Development
// says.
func (h *Host) InstallRelease(ctx context.Context, r *registry.Release) (Artifact, *strategyv1.DescribeResponse, error) {
	sha, content, err := r.Package().Artifact(PlatformOf(r.Package().Manifest.Runtime))
	if err != nil {
		return Artifact{}, nil, err
	}
	if known, err := h.store.find(sha); err == nil {
		return known.Artifact, known.Describe, r.Package().Speaks(known.Describe)
	}
	if err := h.put(sha, content); err != nil {
		return Artifact{}, nil, err
	}
	slot := h.slot(sha)
	p, err := slot.acquire(ctx, false)
	if err != nil {
		h.forget(sha)
		return Artifact{}, nil, fmt.Errorf("host: %s does not start: %w", r.Package().Manifest.ID, err)
	}
	var artifact Artifact
	if err = r.Package().Speaks(p.described); err == nil {
		artifact, err = h.store.register(sha, p.described, false)
	}
	slot.release()
	if err != nil {
		h.forget(sha)
		return Artifact{}, nil, err
	}
	return artifact, p.described, nil
}

// PlatformOf is which of a package's programs this host runs.
func PlatformOf(runtime registry.Runtime) string {
	if runtime == registry.Node {
		return registry.NodePlatform
	}
	return registry.HostPlatform()
}

// put copies bytes into the store, under the hash they were proved to have.
func (h *Host) put(sha string, content []byte) error {
	f, err := os.CreateTemp(h.store.dir, ".release-")
	if err != nil {
		return fmt.Errorf("host: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("host: %w", err)
	}
	got, err := h.store.add(f.Name())
	if err == nil && got != sha {
		h.store.remove(got)
		err = ErrTampered
	}
	return err
}
