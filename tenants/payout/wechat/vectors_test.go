package wechat

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

// vectors opens a published file, which is not part of the project.
func vectors(t *testing.T, name string, into any) {
	t.Helper()
	root := os.Getenv("FENLI_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	raw, err := os.ReadFile(filepath.Join(root, "webhooks", "wechatpay", name))
	if err != nil {
		t.Skipf("SKIPPED: the published vectors are not there; FENLI_DATA says where they are: %v", err)
	}
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// A notice that WeChat's own library publishes is verified by our keys, and
// with one bit changed it is not.
func TestVectors_ASignedNotice(t *testing.T) {
	t.Parallel()
	var v struct {
		Key     string            `json:"apiv3_key"`
		Cert    string            `json:"platform_certificate_pem"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
		Plain   string            `json:"plaintext"`
	}
	vectors(t, "notify_vector.json", &v)
	cert, err := utils.LoadCertificate(v.Cert)
	if err != nil {
		t.Fatal(err)
	}
	serial := utils.GetCertificateSerialNumber(*cert)
	k := &keys{certs: map[string]*x509.Certificate{serial: cert}}
	message := func(body string) string {
		return v.Headers["Wechatpay-Timestamp"] + "\n" + v.Headers["Wechatpay-Nonce"] + "\n" + body + "\n"
	}
	if err := k.Verify(t.Context(), v.Headers["Wechatpay-Serial"], message(v.Body), v.Headers["Wechatpay-Signature"]); err != nil {
		t.Error(err)
	}
	if err := k.Verify(t.Context(), v.Headers["Wechatpay-Serial"], message(v.Body+" "), v.Headers["Wechatpay-Signature"]); err == nil {
		t.Error("a changed notice was verified")
	}
	var n struct {
		Resource struct {
			Ciphertext     string `json:"ciphertext"`
			Nonce          string `json:"nonce"`
			AssociatedData string `json:"associated_data"`
		} `json:"resource"`
	}
	if err := json.Unmarshal([]byte(v.Body), &n); err != nil {
		t.Fatal(err)
	}
	plain, err := utils.DecryptAES256GCM(v.Key, n.Resource.AssociatedData, n.Resource.Nonce, n.Resource.Ciphertext)
	if err != nil || plain != v.Plain {
		t.Errorf("%q, %v", plain, err)
	}
}

func TestVectors_AESGCM(t *testing.T) {
	t.Parallel()
	type vector struct {
		Key        string `json:"key"`
		Nonce      string `json:"nonce"`
		Associated string `json:"associated_data"`
		Ciphertext string `json:"ciphertext"`
		Plaintext  string `json:"plaintext"`
	}
	var v struct {
		vector
		MustFail []vector `json:"must_fail"`
	}
	vectors(t, "aes_gcm_vectors.json", &v)
	if plain, err := utils.DecryptAES256GCM(v.Key, v.Associated, v.Nonce, v.Ciphertext); err != nil || plain != v.Plaintext {
		t.Errorf("%q, %v", plain, err)
	}
	if len(v.MustFail) == 0 {
		t.Fatal("nothing that must fail")
	}
	for _, bad := range v.MustFail {
		key, text := v.Key, v.Ciphertext
		if bad.Key != "" {
			key = bad.Key
		}
		if bad.Ciphertext != "" {
			text = bad.Ciphertext
		}
		if plain, err := utils.DecryptAES256GCM(key, v.Associated, v.Nonce, text); err == nil {
			t.Errorf("%+v was opened: %q", bad, plain)
		}
	}
}
