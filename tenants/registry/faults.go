package registry

import "github.com/fenli-io/fenli/platform/fault"

var (
	errStoreUnknown = fault.New(fault.NotFound, "store.unknown", "没有这家店铺", "there is no such store")
	errSlugTaken    = fault.New(fault.Conflict, "store.slug_taken", "店铺网址 {slug} 已被使用", "the address {slug} is taken").At("slug")
	errSlugReserved = fault.New(fault.Invalid, "store.slug_reserved", "店铺网址 {slug} 为平台保留", "the address {slug} is the platform's own").At("slug")
	errSlugForm     = fault.New(fault.Invalid, "store.slug_form",
		"店铺网址须为 3 至 63 个小写字母、数字或连字符，首尾不能是连字符，且不能有连续的连字符",
		"an address has 3 to 63 small letters, digits or hyphens, no hyphen at either end and no two in a row").At("slug")
	errCurrency = fault.New(fault.Invalid, "store.currency", "不支持货币 {currency}", "the currency {currency} is not supported").At("currency")
	errTimeZone = fault.New(fault.Invalid, "store.time_zone", "没有时区 {time_zone}", "there is no time zone {time_zone}").At("time_zone")
	errColour   = fault.New(fault.Invalid, "brand.colour", "颜色须写作 #1a2b3c", "a colour is written #1a2b3c")
	errLogo     = fault.New(fault.Invalid, "brand.logo", "标志须为 https 网址、站内路径或 data:image", "a logo is an https address, a path of this site or data:image").At("logo")
	errHostForm = fault.New(fault.Invalid, "store.host_form", "{host} 不是有效的域名", "{host} is not a host name").At("host")
	errHostUsed = fault.New(fault.Conflict, "store.host_taken", "域名 {host} 已被使用", "the host name {host} is taken").At("host")

	errLoginForm    = fault.New(fault.Invalid, "login.form", "登录名须为手机号或邮箱，3 至 100 个字符，不含空格", "a login is a phone number or an e-mail address of 3 to 100 characters without spaces").At("login")
	errPasswordForm = fault.New(fault.Invalid, "login.password_form", "密码须为 8 至 128 个字符", "a password has 8 to 128 characters").At("password")
	errLoginWrong   = fault.New(fault.Unauthorized, "login.wrong", "登录名或密码不正确", "the login or the password is wrong")
	errLoginSlow    = fault.New(fault.TooMany, "login.too_many", "尝试次数过多，请 {seconds} 秒后再试", "too many attempts; try again in {seconds} seconds")
	errNameEmpty    = fault.New(fault.Invalid, "request.name_empty", "名称不能为空", "a name is needed").At("name")
	errRole         = fault.New(fault.Invalid, "staff.role", "没有角色 {role}", "there is no role {role}").At("role")

	errStaffUnknown = fault.New(fault.NotFound, "staff.unknown", "没有这位员工", "nobody of that name works here")
	errStaffAlready = fault.New(fault.Conflict, "staff.already", "您已经是这家店铺的员工，直接登录即可；邀请码仍可给别人用", "you work in this store already: log in; the code is still good for somebody else")
	errNotOwner     = fault.New(fault.Forbidden, "staff.not_owner", "只有店主可以管理员工", "only an owner decides about the staff")
	errOwnRole      = fault.New(fault.Conflict, "staff.own_role", "不能更改自己的角色，请另一位店主操作", "nobody changes their own role; another owner can")
	errLastOwner    = fault.New(fault.Conflict, "staff.last_owner", "这是唯一的店主，请先让另一个人成为店主", "this is the last owner; make somebody else an owner first")

	errInvitationUnknown = fault.New(fault.NotFound, "invitation.unknown", "没有这份邀请", "there is no such invitation")
	errInvitationCode    = fault.New(fault.NotFound, "invitation.code", "邀请码不正确，请完整复制，或向店主要一个新的", "this is no code of an invitation; copy the whole of it, or ask the owner for a new one").At("code")
	errInvitationUsed    = fault.New(fault.Conflict, "invitation.used", "这个邀请码已有人用过", "somebody has joined by this code already").At("code")
	errInvitationRevoked = fault.New(fault.Conflict, "invitation.revoked", "这个邀请码已被撤回，请向店主要一个新的", "this invitation was withdrawn; ask the owner for a new one").At("code")
	errInvitationExpired = fault.New(fault.Conflict, "invitation.expired", "这个邀请码已过期，请向店主要一个新的", "this invitation has expired; ask the owner for a new one").At("code")
	errInvitationDays    = fault.New(fault.Invalid, "invitation.days", "有效期须为 1 至 {most} 天", "an invitation is good for 1 to {most} days").At("days")

	errSessionGone   = fault.New(fault.Unauthorized, "session.unknown", "登录已失效，请重新登录", "this session is over; please log in again")
	errKeyUnknown    = fault.New(fault.NotFound, "key.unknown", "没有这个密钥", "there is no such key")
	errClockOff      = fault.New(fault.Forbidden, "clock.disabled", "服务器没有开启测试时钟", "this server was started without test clocks")
	errClockBackward = fault.New(fault.Conflict, "clock.backwards", "店铺时间是 {now}，时钟只能向前", "the store's time is {now}, and clocks only move forward").At("to")
)
