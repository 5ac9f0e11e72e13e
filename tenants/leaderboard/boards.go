package leaderboard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/fenli-io/fenli/platform/redis"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// boards is the only code that knows how boards look in Redis: a sorted set of
// values and, beside it, a hash of when each was reached. The hash also carries
// the sign "built": without it a board is a fragment, left by a Redis that
// forgot, and is not read. Values travel as decimal text, never as floats; a
// score is exact up to 2^53.
type boards struct{ redis *redis.Client }

const (
	built = "built"
	chunk = 500 // members a command; Redis does nothing else meanwhile
)

func values(tenant tenancy.ID, b Board) string {
	return redis.Key(tenant, "board", string(b.Metric), string(b.Period), b.From.String())
}

func reached(tenant tenancy.ID, b Board) string { return values(tenant, b) + ":reached" }

// shelf lists the boards that have been built.
func shelf(tenant tenancy.ID) string { return redis.Key(tenant, "boards") }

// has reports which of the boards are built.
func (s boards) has(ctx context.Context, tenant tenancy.ID, list []Board) ([]Board, error) {
	pipe := s.redis.Pipeline()
	found := make([]*goredis.BoolCmd, len(list))
	for i, b := range list {
		found[i] = pipe.HExists(ctx, reached(tenant, b), built)
	}
	if len(list) > 0 {
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, err
		}
	}
	var there []Board
	for i, b := range list {
		if found[i].Val() {
			there = append(there, b)
		}
	}
	return there, nil
}

// build writes a whole board beside the old one and then puts it in its place.
func (s boards) build(ctx context.Context, tenant tenancy.ID, b Board, scores []score) error {
	const unfinished = 10 * time.Minute
	to, when := values(tenant, b), reached(tenant, b)
	newTo, newWhen := to+":new", when+":new"
	if err := s.redis.Del(ctx, newTo, newWhen).Err(); err != nil {
		return err
	}
	for batch := range slices.Chunk(scores, 20*chunk) {
		pipe := s.redis.Pipeline()
		for part := range slices.Chunk(batch, chunk) {
			zadd, hset := make([]any, 0, 2+2*len(part)), make([]any, 0, 2+2*len(part))
			zadd, hset = append(zadd, "zadd", newTo), append(hset, "hset", newWhen)
			for _, sc := range part {
				who := sc.member.UUID()
				zadd, hset = append(zadd, sc.value, who), append(hset, who, sc.reached)
			}
			pipe.Do(ctx, zadd...)
			pipe.Do(ctx, hset...)
		}
		pipe.Expire(ctx, newTo, unfinished)
		pipe.Expire(ctx, newWhen, unfinished)
		if _, err := pipe.Exec(ctx); err != nil {
			return err
		}
	}
	return place.Run(ctx, s.redis, []string{newTo, newWhen, to, when, shelf(tenant)}, len(scores), int64(b.Period.keep()/time.Second), b.String()).Err()
}

// place refuses when the new board is not whole, because Redis forgot it while
// it was written.
var place = goredis.NewScript(`
	if redis.call('zcard', KEYS[1]) ~= tonumber(ARGV[1]) or redis.call('hlen', KEYS[2]) ~= tonumber(ARGV[1]) then
	  return redis.error_reply('the board is not whole')
	end
	redis.call('del', KEYS[3], KEYS[4])
	redis.call('hset', KEYS[2], 'built', '1')
	redis.call('rename', KEYS[2], KEYS[4])
	redis.call('persist', KEYS[4])
	if tonumber(ARGV[1]) > 0 then
	  redis.call('rename', KEYS[1], KEYS[3])
	  redis.call('persist', KEYS[3])
	end
	if tonumber(ARGV[2]) > 0 then
	  redis.call('expire', KEYS[3], ARGV[2])
	  redis.call('expire', KEYS[4], ARGV[2])
	end
	redis.call('sadd', KEYS[5], ARGV[3])
	return 1`)

// update writes the absolute values of some members to a board that is built;
// a board that is not stays so. Members without a value leave.
func (s boards) update(ctx context.Context, tenant tenancy.ID, b Board, scores []score) error {
	for part := range slices.Chunk(scores, chunk) {
		args := []any{int64(b.Period.keep() / time.Second)}
		for _, sc := range part {
			args = append(args, sc.member.UUID(), sc.value, sc.reached)
		}
		if err := write.Run(ctx, s.redis, []string{values(tenant, b), reached(tenant, b)}, args...).Err(); err != nil {
			return err
		}
	}
	return nil
}

var write = goredis.NewScript(`
	if redis.call('hexists', KEYS[2], 'built') == 0 then return 0 end
	for i = 2, #ARGV, 3 do
	  if string.sub(ARGV[i+1], 1, 1) == '-' or ARGV[i+1] == '0' then
	    redis.call('zrem', KEYS[1], ARGV[i])
	    redis.call('hdel', KEYS[2], ARGV[i])
	  else
	    redis.call('zadd', KEYS[1], ARGV[i+1], ARGV[i])
	    redis.call('hset', KEYS[2], ARGV[i], ARGV[i+2])
	  end
	end
	if tonumber(ARGV[1]) > 0 then
	  redis.call('expire', KEYS[1], ARGV[1])
	  redis.call('expire', KEYS[2], ARGV[1])
	end
	return 1`)

// errNotBuilt says that the board must be built before it can be read.
var errNotBuilt = errors.New("leaderboard: the board is not built")

// window reads the places from start to stop, counted from 0. The sorted set
// orders ties by bytes, so everybody who shares a figure with the window's
// edges is read too, put in order of arrival, and cut off again.
func (s boards) window(ctx context.Context, tenant tenancy.ID, b Board, start, stop int) ([]score, error) {
	reply, err := slice.Run(ctx, s.redis, []string{values(tenant, b), reached(tenant, b)}, start, stop).Slice()
	if errors.Is(err, redis.Nil) {
		return nil, errNotBuilt
	}
	if err != nil {
		return nil, err
	}
	above, _ := reply[0].(int64)
	group, err := scoresFrom(reply[1:])
	if err != nil {
		return nil, err
	}
	slices.SortFunc(group, ahead)
	first := min(start-int(above), len(group))
	return group[first:min(stop+1-int(above), len(group))], nil
}

var slice = goredis.NewScript(`
	if redis.call('hexists', KEYS[2], 'built') == 0 then return false end
	local edge = redis.call('zrevrange', KEYS[1], ARGV[1], ARGV[2], 'withscores')
	if #edge == 0 then return {0} end
	local high, low = edge[2], edge[#edge]
	local out = {redis.call('zcount', KEYS[1], '(' .. high, '+inf')}
	local group = redis.call('zrevrangebyscore', KEYS[1], high, low, 'withscores')
	for i = 1, #group, 2 do
	  out[#out+1] = group[i]
	  out[#out+1] = group[i+1]
	  out[#out+1] = redis.call('hget', KEYS[2], group[i]) or '0'
	end
	return out`)

// around reads a member's place and some on both sides, all in one look, so
// that nobody moves meanwhile. Who is not on the board has no places.
func (s boards) around(ctx context.Context, tenant tenancy.ID, b Board, member distributor.ID, neighbours int) ([]Place, error) {
	reply, err := near.Run(ctx, s.redis, []string{values(tenant, b), reached(tenant, b)}, member.UUID(), neighbours).Slice()
	if errors.Is(err, redis.Nil) {
		return nil, errNotBuilt
	}
	if err != nil || len(reply) == 1 {
		return nil, err
	}
	above, _ := reply[0].(int64)
	group, err := scoresFrom(reply[1:])
	if err != nil {
		return nil, err
	}
	slices.SortFunc(group, ahead)
	found := aroundIn(group, member, neighbours)
	for i := range found {
		found[i].Rank += int(above)
	}
	return found, nil
}

// near answers with everybody who shares a figure with the member or with one
// who may stand within reach, and with how many are above them. Most members
// share theirs with nobody.
var near = goredis.NewScript(`
	local known = redis.call('hmget', KEYS[2], 'built', ARGV[1])
	if not known[1] then return false end
	local value = redis.call('zscore', KEYS[1], ARGV[1])
	if not value then return {0} end
	local ties = redis.call('zrevrangebyscore', KEYS[1], value, value)
	local above = redis.call('zrevrank', KEYS[1], ARGV[1])
	if #ties == 1 and ARGV[2] == '0' then return {above, ARGV[1], value, known[2] or '0'} end
	for i = 1, #ties do
	  if ties[i] == ARGV[1] then above = above - i + 1 end
	end
	local from = above - tonumber(ARGV[2])
	if from < 0 then from = 0 end
	local edge = redis.call('zrevrange', KEYS[1], from, above + #ties - 1 + tonumber(ARGV[2]), 'withscores')
	local high, low = edge[2], edge[#edge]
	local out = {redis.call('zcount', KEYS[1], '(' .. high, '+inf')}
	local group = redis.call('zrevrangebyscore', KEYS[1], high, low, 'withscores')
	for i = 1, #group, 2 do
	  out[#out+1] = group[i]
	  out[#out+1] = group[i+1]
	  out[#out+1] = redis.call('hget', KEYS[2], group[i]) or '0'
	end
	return out`)

func scoresFrom(reply []any) ([]score, error) {
	list := make([]score, 0, len(reply)/3)
	for i := 0; i+2 < len(reply); i += 3 {
		var text [3]string
		for k := range text {
			text[k], _ = reply[i+k].(string)
		}
		var sc score
		var errs [3]error
		errs[0] = sc.member.Scan(text[0])
		sc.value, errs[1] = strconv.ParseInt(text[1], 10, 64)
		sc.reached, errs[2] = strconv.ParseInt(text[2], 10, 64)
		if err := errors.Join(errs[:]...); err != nil {
			return nil, fmt.Errorf("leaderboard: the board holds %q: %w", text, err)
		}
		list = append(list, sc)
	}
	return list, nil
}

// all reads a whole board, a part at a time; its caller keeps writers away.
func (s boards) all(ctx context.Context, tenant tenancy.ID, b Board) (list []score, err error) {
	for start := 0; ; start += chunk {
		reply, err := part.Run(ctx, s.redis, []string{values(tenant, b), reached(tenant, b)}, start, start+chunk-1).Slice()
		if err != nil {
			return nil, err
		}
		some, err := scoresFrom(reply)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
		if len(some) < chunk {
			slices.SortFunc(list, ahead)
			return list, nil
		}
	}
}

var part = goredis.NewScript(`
	local some, out = redis.call('zrange', KEYS[1], ARGV[1], ARGV[2], 'withscores'), {}
	for i = 1, #some, 2 do
	  out[#out+1] = some[i]
	  out[#out+1] = some[i+1]
	  out[#out+1] = redis.call('hget', KEYS[2], some[i]) or '0'
	end
	return out`)

// onShelf lists the boards that are built.
func (s boards) onShelf(ctx context.Context, tenant tenancy.ID) ([]Board, error) {
	names, err := s.redis.SMembers(ctx, shelf(tenant)).Result()
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var list []Board
	for _, name := range names {
		b, err := parseBoard(name)
		if err != nil {
			return nil, err
		}
		list = append(list, b)
	}
	there, err := s.has(ctx, tenant, list)
	if err != nil {
		return nil, err
	}
	return there, s.tidy(ctx, tenant, list, there)
}

// tidy takes boards that ran out off the shelf.
func (s boards) tidy(ctx context.Context, tenant tenancy.ID, listed, there []Board) error {
	for _, b := range listed {
		if !slices.Contains(there, b) {
			if err := s.redis.SRem(ctx, shelf(tenant), b.String()).Err(); err != nil {
				return err
			}
		}
	}
	return nil
}
