package marketplace

import "github.com/fenli-io/fenli/platform/fault"

// BadKey refuses what is no public key.
func BadKey(cause error) error { return errKeyForm.Because(cause) }

var (
	errUnknown     = fault.New(fault.NotFound, "marketplace.unknown", "没有这个插件版本", "there is no such version of a plugin")
	errNoSession   = fault.New(fault.Unauthorized, "session.unknown", "登录已失效，请重新登录", "this session is over; please log in again")
	errClosed      = fault.New(fault.Unavailable, "marketplace.closed", "平台没有开放策略市场", "this platform keeps no marketplace")
	errBusy        = fault.New(fault.TooMany, "marketplace.busy", "注册的人太多，请稍后再试", "too many developers are signing up; try again later")
	errQueue       = fault.New(fault.TooMany, "marketplace.queue_full", "您已有 {limit} 个版本在等待审核", "{limit} of your versions are waiting for review already")
	errNameTaken   = fault.New(fault.Conflict, "marketplace.name_taken", "插件名 {plugin} 属于别人", "the plugin's name {plugin} is somebody else's")
	errNotSigner   = fault.New(fault.Invalid, "marketplace.not_signer", "签名用的密钥 {key} 不是您登记的。请先登记，或换用已登记的密钥", "the key {key} that signed it is not registered as yours. Register it, or sign with one that is")
	errSameProgram = fault.New(fault.Conflict, "marketplace.same_program", "这个程序已属于另一个版本。请改动后重新编译", "this very program is another version's already. Build the new one")
	errProof       = fault.New(fault.Invalid, "marketplace.key_proof", "密钥的证明不对：请用这个密钥签署您的开发者编号", "the proof is wrong: sign your developer id with this very key").At("proof")
	errKeyForm     = fault.New(fault.Invalid, "marketplace.key_form", "公钥须为 base64 编码的 32 字节", "a public key is 32 bytes in base64").At("public")
	errKeyTaken    = fault.New(fault.Conflict, "marketplace.key_taken", "这个密钥已经登记过", "this key is registered already").At("public")
	errNoKey       = fault.New(fault.NotFound, "marketplace.key_unknown", "没有这个密钥", "there is no such key")

	errNotWaiting  = fault.New(fault.Conflict, "marketplace.not_waiting", "这个版本的状态是 {state}，不能这样处理", "this version is {state}, so this cannot be done")
	errNotExamined = fault.New(fault.Conflict, "marketplace.not_examined", "请先运行一致性检查，再批准", "run the examination first, then approve")
	errNotPassed   = fault.New(fault.Conflict, "marketplace.not_passed", "一致性检查没有通过，不能批准", "it did not pass its examination and cannot be approved")
	errLevel       = fault.New(fault.Invalid, "marketplace.level", "没有吊销级别 {level}", "there is no level of revocation {level}").At("level")

	errNotApproved = fault.New(fault.Conflict, "marketplace.not_approved", "这个策略版本未通过平台审核，不能选用", "this version of the strategy was not approved by the platform and cannot be chosen").At("strategy")
	errNoInstalls  = fault.New(fault.Conflict, "marketplace.no_new_installs", "平台已不再让新店铺选用这个版本：{reason}", "the platform lets no further store choose this version: {reason}").At("strategy")
	errDraining    = fault.New(fault.Conflict, "marketplace.draining", "这个版本正在下架，请改用其他版本：{reason}", "this version is being withdrawn; choose another: {reason}").At("strategy")
	errStopped     = fault.New(fault.Conflict, "marketplace.stopped", "平台已停用这个版本，请改用其他版本：{reason}", "the platform has stopped this version; choose another: {reason}").At("strategy")
)
