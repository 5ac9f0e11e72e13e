package wechatsim

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: the program ends instead
	return hex.EncodeToString(b)
}

func newCertificate(now time.Time) (platformCert, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return platformCert{}, err
	}
	return certify(key, now)
}

func certify(key *rsa.PrivateKey, now time.Time) (platformCert, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 159))
	if err != nil {
		return platformCert{}, err
	}
	c := platformCert{from: now.Truncate(time.Second), until: now.AddDate(5, 0, 0)}
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "模拟 WeChat Pay simulator"}, NotBefore: now, NotAfter: c.until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return c, err
	}
	c.platformKey = platformKey{fmt.Sprintf("%X", serial.Bytes()), key}
	c.pem = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return c, nil
}

func (k platformKey) sign(message string) string {
	sum := sha256.Sum256([]byte(message))
	sig, err := rsa.SignPKCS1v15(rand.Reader, k.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err) // a key we have made
	}
	return base64.StdEncoding.EncodeToString(sig)
}

// signed are the headers of an answer or a notice.
func (k platformKey) signed(body []byte) http.Header {
	at, nonce := strconv.FormatInt(time.Now().Unix(), 10), randomHex(16)
	h := http.Header{}
	h.Set("Wechatpay-Timestamp", at)
	h.Set("Wechatpay-Nonce", nonce)
	h.Set("Wechatpay-Serial", k.id)
	h.Set("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048")
	h.Set("Wechatpay-Signature", k.sign(at+"\n"+nonce+"\n"+string(body)+"\n"))
	h.Set("Request-ID", randomHex(16))
	return h
}

// seal encrypts with the merchant's key, as notices and certificates are.
func seal(key, associated string, plain []byte) (nonce, ciphertext string, err error) {
	block, err := aes.NewCipher([]byte(key))
	if err != nil {
		return "", "", err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", "", err
	}
	nonce = randomHex(6)
	return nonce, base64.StdEncoding.EncodeToString(gcm.Seal(nil, []byte(nonce), plain, []byte(associated))), nil
}

// open decrypts a field that was encrypted for the key.
func (k platformKey) open(field string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(field)
	if err != nil {
		return "", err
	}
	plain, err := rsa.DecryptOAEP(sha1.New(), nil, k.key, raw, nil)
	return string(plain), err
}

var authorization = regexp.MustCompile(`^WECHATPAY2-SHA256-RSA2048 (.+)$`)

var errSign = errors.New("签名错误")

// whoSigned proves who sends a request.
func (s *Server) whoSigned(r *http.Request, body []byte) (*Merchant, error) {
	m := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		return nil, errSign
	}
	part := map[string]string{}
	for _, p := range strings.Split(m[1], ",") {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return nil, errSign
		}
		part[name] = strings.Trim(value, `"`)
	}
	who := s.merchants[part["mchid"]]
	if who == nil || part["serial_no"] != who.SerialNo {
		return nil, errSign
	}
	at, err := strconv.ParseInt(part["timestamp"], 10, 64)
	if off := time.Since(time.Unix(at, 0)); err != nil || off > 5*time.Minute || off < -5*time.Minute {
		return nil, errSign
	}
	if _, seen := s.nonces[part["nonce_str"]]; seen || part["nonce_str"] == "" {
		return nil, errSign
	}
	sig, err := base64.StdEncoding.DecodeString(part["signature"])
	if err != nil {
		return nil, errSign
	}
	sum := sha256.Sum256([]byte(r.Method + "\n" + r.URL.RequestURI() + "\n" + part["timestamp"] + "\n" + part["nonce_str"] + "\n" + string(body) + "\n"))
	if rsa.VerifyPKCS1v15(who.PublicKey, crypto.SHA256, sum[:], sig) != nil {
		return nil, errSign
	}
	s.nonces[part["nonce_str"]] = time.Now()
	return who, nil
}

// signingKey is the public key for whoever asks for it, else the newest
// certificate.
func (s *Server) signingKey(accepts string) platformKey {
	if strings.HasPrefix(accepts, "PUB_KEY_ID_") {
		return s.public
	}
	return s.certs[len(s.certs)-1].platformKey
}

// decryptWith finds the key a field was encrypted with.
func (s *Server) decryptWith(serial string) (platformKey, bool) {
	if serial == s.public.id {
		return s.public, true
	}
	for _, c := range s.certs {
		if c.id == serial && !c.retired {
			return c.platformKey, true
		}
	}
	return platformKey{}, false
}
