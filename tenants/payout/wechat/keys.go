package wechat

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"sync"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/downloader"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"github.com/fenli-io/fenli/platform/clock"
)

// keys are the platform's: its public key, if the merchant has one, and the
// certificates as they come and go. A signature under an unknown serial makes
// it look for new ones, at most once in a while: whoever makes serials up
// must not make us ask WeChat each time.
type keys struct {
	client   *core.Client
	apiKey   string
	publicID string
	public   *rsa.PublicKey

	mu       sync.Mutex
	certs    map[string]*x509.Certificate
	lookedAt time.Time
}

// lookAgain is how often an unknown serial may make us look.
const lookAgain = 2 * time.Second

func (k *keys) Verify(ctx context.Context, serial, message, signature string) error {
	if k.public != nil && serial == k.publicID {
		return verifiers.NewSHA256WithRSAPubkeyVerifier(k.publicID, *k.public).Verify(ctx, serial, message, signature)
	}
	certs, err := k.with(ctx, serial)
	if err != nil {
		return err
	}
	return verifiers.NewSHA256WithRSAVerifier(core.NewCertificateMap(certs)).Verify(ctx, serial, message, signature)
}

// GetSerial is what we tell the platform we can verify.
func (k *keys) GetSerial(ctx context.Context) (string, error) { return k.SelectCertificate(ctx) }

// SelectCertificate is the key to encrypt with.
func (k *keys) SelectCertificate(ctx context.Context) (string, error) {
	if k.public != nil {
		return k.publicID, nil
	}
	certs, err := k.with(ctx, "")
	if err != nil {
		return "", err
	}
	return core.NewCertificateMap(certs).GetNewestSerial(ctx), nil
}

// Encrypt seals a real name for the platform.
func (k *keys) Encrypt(ctx context.Context, serial, plain string) (string, error) {
	if k.public != nil && serial == k.publicID {
		return utils.EncryptOAEPWithPublicKey(plain, k.public)
	}
	certs, err := k.with(ctx, serial)
	if err != nil {
		return "", err
	}
	cert := certs[serial]
	if cert == nil {
		return "", fmt.Errorf("wechat: no certificate %q", serial)
	}
	return utils.EncryptOAEPWithCertificate(plain, cert)
}

// forget makes the next use look for new certificates: the platform no longer
// takes what we encrypt with.
func (k *keys) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.certs, k.lookedAt = nil, time.Time{}
}

// with returns the certificates, having looked for the wanted one.
func (k *keys) with(ctx context.Context, wanted string) (map[string]*x509.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if have := len(k.certs) > 0 && (wanted == "" || k.certs[wanted] != nil); have || time.Since(k.lookedAt) < lookAgain {
		if len(k.certs) == 0 {
			return nil, fmt.Errorf("wechat: no certificates yet")
		}
		return k.certs, nil
	}
	k.lookedAt = clock.Real()
	// The answer proves itself: it is encrypted with the merchant's own key.
	d, err := downloader.NewCertificateDownloaderWithClient(ctx, k.client, k.apiKey)
	if err != nil {
		if len(k.certs) > 0 {
			return k.certs, nil // the old ones may still do
		}
		return nil, fmt.Errorf("wechat: certificates: %s", brief(err))
	}
	fresh := d.GetAll(ctx)
	for serial, c := range fresh {
		if clock.Real().After(c.NotAfter) {
			delete(fresh, serial)
		}
	}
	k.certs = fresh
	return fresh, nil
}
