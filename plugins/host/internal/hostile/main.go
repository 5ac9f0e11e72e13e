// Command hostile is a plugin that misbehaves on request. The host's tests
// build it once: how it misbehaves at its start is written behind the end of
// the binary, and during a call it is told by the configuration.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/fenli-io/fenli/plugins/sdk/handshake"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

func main() {
	mode, argument := startMode()
	switch mode {
	case "crash":
		os.Exit(3)
	case "silent":
		time.Sleep(time.Hour)
	case "garbage":
		fmt.Println("hello, I am a plugin")
	case "endless":
		for {
			fmt.Print(strings.Repeat("x", 1<<16))
		}
	case "announce":
		fmt.Println(argument)
		time.Sleep(time.Hour)
	case "no-tls":
		_ = os.Unsetenv("PLUGIN_CLIENT_CERT")
	case "ignore-term":
		signal.Ignore(syscall.SIGTERM)
	}
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: handshake.Config,
		Plugins:         plugin.PluginSet{handshake.Name: handshake.Strategy{Serves: &hostile{mode: mode}}},
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts, grpc.MaxRecvMsgSize(64<<20), grpc.MaxSendMsgSize(64<<20))...)
		},
	})
}

// startMode reads what the test wrote behind the binary's end.
func startMode() (mode, argument string) {
	raw, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		return "", ""
	}
	const mark = "\nHOSTILE:"
	at := bytes.LastIndex(raw, []byte(mark))
	if at < 0 || len(raw)-at > 1000 {
		return "", ""
	}
	mode, argument, _ = strings.Cut(string(raw[at+len(mark):]), " ")
	return mode, argument
}

type hostile struct {
	strategyv1.UnimplementedStrategyServer
	mode string
}

func (h *hostile) Describe(context.Context, *strategyv1.DescribeRequest) (*strategyv1.DescribeResponse, error) {
	d := &strategyv1.DescribeResponse{Id: "hostile", Version: "1.0.0"}
	if h.mode == "liar" {
		d.Sdk = fmt.Sprint(time.Now().UnixNano())
	}
	return d, nil
}

func (h *hostile) ValidateConfig(_ context.Context, req *strategyv1.ValidateConfigRequest) (*strategyv1.ValidateConfigResponse, error) {
	if string(req.Config) == "hang" {
		select {}
	}
	return &strategyv1.ValidateConfigResponse{}, nil
}

func (h *hostile) Evaluate(_ context.Context, req *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error) {
	var config struct {
		Mode string         `json:"mode"`
		Args map[string]any `json:"args"`
	}
	_ = json.Unmarshal(req.Config, &config)
	none := &strategyv1.NoCommission{Why: &strategyv1.Why{Key: "none"}}
	switch config.Mode {
	case "hang":
		select {}
	case "spin":
		for { //nolint:staticcheck // spinning is the point
		}
	case "crash":
		os.Exit(3)
	case "error":
		return nil, fmt.Errorf("no")
	case "slow":
		time.Sleep(300 * time.Millisecond)
	case "shout":
		line := bytes.Repeat([]byte("x"), 1<<20)
		_, _ = syscall.Write(1, line)
		_, _ = syscall.Write(2, line)
	case "moody":
		none.Why.Key = born
	case "big":
		none.Why.Key = strings.Repeat("x", 20<<20)
	case "swarm":
		swarm()
	case "hoard":
		hoard()
	case "attack":
		none.Why = attacks(config.Args)
	case "malformed":
		return &strategyv1.EvaluateResponse{Decisions: []*strategyv1.Decision{
			{Order: 1, Outcome: &strategyv1.Decision_NoCommission{NoCommission: none}},
			{Order: 2, Outcome: &strategyv1.Decision_NoCommission{NoCommission: none}},
			{Order: 2, Outcome: &strategyv1.Decision_NoCommission{NoCommission: none}},
			{Order: 3},
			{Order: 99, Outcome: &strategyv1.Decision_NoCommission{NoCommission: none}},
			{Order: -1, Outcome: &strategyv1.Decision_NoCommission{NoCommission: none}},
		}}, nil
	}
	out := &strategyv1.EvaluateResponse{}
	if config.Mode == "pretender" {
		for i := range req.Orders {
			out.Decisions = append(out.Decisions, &strategyv1.Decision{Order: int32(i), Outcome: &strategyv1.Decision_Failed{Failed: &strategyv1.Failed{Code: "plugin.revoked"}}})
		}
		return out, nil
	}
	for i, o := range req.Orders {
		if config.Mode == "sociable" { // it minds how many others there are
			none = &strategyv1.NoCommission{Why: &strategyv1.Why{Key: fmt.Sprint("order ", i)}}
		}
		switch o.Channel {
		case "poison":
			os.Exit(4)
		case "tar":
			select {}
		}
		out.Decisions = append(out.Decisions, &strategyv1.Decision{Order: int32(i), Outcome: &strategyv1.Decision_NoCommission{NoCommission: none}})
	}
	return out, nil
}

func (h *hostile) ClosePeriod(_ context.Context, req *strategyv1.ClosePeriodRequest) (*strategyv1.ClosePeriodResponse, error) {
	why := &strategyv1.Why{Key: "none"}
	switch req.GetPeriod().GetKey() {
	case "hang":
		select {}
	case "crash":
		os.Exit(3)
	case "error":
		return nil, fmt.Errorf("no")
	case "big":
		why.Key = strings.Repeat("x", 20<<20)
	case "empty":
		return &strategyv1.ClosePeriodResponse{}, nil
	case "nobody":
		return &strategyv1.ClosePeriodResponse{Outcome: &strategyv1.ClosePeriodResponse_Closed{Closed: &strategyv1.Closed{}}}, nil
	}
	return &strategyv1.ClosePeriodResponse{Outcome: &strategyv1.ClosePeriodResponse_NothingToClose{NothingToClose: &strategyv1.NothingToClose{Why: why}}}, nil
}

func (h *hostile) EvaluateTier(_ context.Context, req *strategyv1.EvaluateTierRequest) (*strategyv1.EvaluateTierResponse, error) {
	out := &strategyv1.EvaluateTierResponse{}
	for i := range req.GetMembers() {
		out.Decisions = append(out.Decisions, &strategyv1.TierDecision{Member: int32(i),
			Outcome: &strategyv1.TierDecision_Keep{Keep: &strategyv1.KeepGrade{Why: &strategyv1.Why{Key: req.GetMembers()[i].GetDid().GetHandle()}}}})
	}
	for _, m := range req.GetMembers() {
		if m.GetDid().GetHandle() == "poison" {
			os.Exit(4)
		}
	}
	switch req.GetWindow().GetKey() {
	case "hang":
		select {}
	case "crash":
		os.Exit(3)
	case "error":
		return nil, fmt.Errorf("no")
	case "silent":
		return &strategyv1.EvaluateTierResponse{}, nil
	case "twice":
		out.Decisions = append(out.Decisions, out.Decisions[0])
	case "stranger":
		out.Decisions[0].Member = 9999
	case "nothing":
		out.Decisions[0].Outcome = nil
	}
	return out, nil
}

func (h *hostile) Incentives(_ context.Context, req *strategyv1.IncentivesRequest) (*strategyv1.IncentivesResponse, error) {
	out := &strategyv1.IncentivesResponse{}
	for i := range req.GetMembers() {
		out.Progress = append(out.Progress, &strategyv1.Progress{Member: int32(i), Key: req.GetMembers()[i].GetHandle()})
	}
	switch req.GetPeriod().GetKey() {
	case "hang":
		select {}
	case "crash":
		os.Exit(3)
	case "stranger":
		out.Progress[0].Member = 9999
	case "failed":
		return &strategyv1.IncentivesResponse{Failed: &strategyv1.Failed{Code: "strategy.unsure"}}, nil
	}
	return out, nil
}

// born differs from process to process, as the number of one in a namespace of
// its own does not.
var born = fmt.Sprint(time.Now().UnixNano())

// swarm starts threads until it is kept from it, and keeps them.
func swarm() {
	for range 4096 {
		go func() {
			runtime.LockOSThread()
			_, _ = syscall.Read(idle[0], make([]byte, 1))
		}()
	}
	time.Sleep(time.Minute)
}

var idle = func() (pipe [2]int) {
	_ = syscall.Pipe(pipe[:])
	return pipe
}()

// hoard takes four GiB of memory and uses it.
func hoard() {
	var all [][]byte
	for range 4096 {
		block := make([]byte, 1<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		all = append(all, block)
	}
	runtime.KeepAlive(all)
}

// attacks tries what no strategy may do and tells what happened: "" when it
// succeeded, the error otherwise.
func attacks(args map[string]any) *strategyv1.Why {
	w := &strategyv1.Why{Key: "attacks"}
	try := func(name string, err error) {
		result := ""
		if err != nil {
			result = err.Error()
		}
		w.Args = append(w.Args, &strategyv1.Arg{Name: name, Value: result})
	}
	for _, s := range sockets(args) {
		try(s.name, s.try())
	}
	host, _ := args["host"].(float64) // from a namespace of its own it has no parent
	path := func(name string) string { p, _ := args[name].(string); return p }
	read := func(path string) error { _, err := os.ReadFile(path); return err }
	try("read /etc/passwd", read("/etc/passwd"))
	try("read a secret", read(path("secret")))
	try("read the host's environment", read(fmt.Sprintf("/proc/%d/environ", int(host))))
	_, err := os.ReadDir("/")
	try("list /", err)
	try("write outside", os.WriteFile(path("outside"), []byte("x"), 0o666))
	try("change its binary", appendTo("/proc/self/exe"))
	try("signal the host", syscall.Kill(int(host), syscall.SIGCONT))
	_, err = syscall.ForkExec("/proc/self/exe", []string{"x"}, nil)
	try("start a process", err)
	try("trace the host", syscall.PtraceAttach(int(host)))
	_, err = syscall.Mmap(-1, 0, 4<<30, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED|syscall.MAP_ANON)
	try("memory that no limit counts", err)
	try("memory of System V", shared())
	try("mount", syscall.Mount("none", "/", "tmpfs", 0, ""))
	try("unshare", syscall.Unshare(syscall.CLONE_NEWUSER))
	try("raise its limit", syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 4096, Max: 4096}))
	w.Args = append(w.Args,
		&strategyv1.Arg{Name: "environment", Value: strings.Join(os.Environ(), "\n")},
		&strategyv1.Arg{Name: "user", Value: fmt.Sprint(os.Getuid())},
		&strategyv1.Arg{Name: "go", Value: runtime.Version()})
	return w
}

func shared() error {
	const private, create = 0, 0o1600
	if _, _, errno := syscall.Syscall(syscall.SYS_SHMGET, private, 1<<30, create); errno != 0 {
		return errno
	}
	return nil
}

func appendTo(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		_ = f.Close()
	}
	return err
}

type socketAttack struct {
	name string
	try  func() error
}

func sockets(args map[string]any) []socketAttack {
	open := func(family, kind, protocol int) func() error {
		return func() error {
			fd, err := syscall.Socket(family, kind, protocol)
			if err == nil {
				_ = syscall.Close(fd)
			}
			return err
		}
	}
	const multipath = 262
	return []socketAttack{
		{"a TCP socket", open(syscall.AF_INET, syscall.SOCK_STREAM, 0)},
		{"a TCP6 socket", open(syscall.AF_INET6, syscall.SOCK_STREAM, 0)},
		{"a UDP socket", open(syscall.AF_INET, syscall.SOCK_DGRAM, 0)},
		{"a multipath socket", open(syscall.AF_INET, syscall.SOCK_STREAM, multipath)},
		{"a netlink socket", open(syscall.AF_NETLINK, syscall.SOCK_RAW, 0)},
		{"a local datagram", open(syscall.AF_UNIX, syscall.SOCK_DGRAM, 0)},
		{"connect to a local socket", func() error {
			fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
			if err != nil {
				return err
			}
			defer syscall.Close(fd)
			name, _ := args["socket"].(string)
			return syscall.Connect(fd, &syscall.SockaddrUnix{Name: name})
		}},
	}
}
