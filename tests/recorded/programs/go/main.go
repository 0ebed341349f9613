// go-amqp (Go): a client that sends every kind of value to a queue, takes everything back with every outcome and leaves.
//
//	go run . HOST:PORT
package main

import (
	"context"
	"log"
	"os"
	"time"

	"github.com/Azure/go-amqp"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func pointer[T any](value T) *T { return &value }

func messages() []*amqp.Message {
	id := amqp.UUID{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	when := time.UnixMilli(1234567890123)
	full := &amqp.Message{
		Header: &amqp.MessageHeader{Durable: true, Priority: 8, TTL: time.Hour, FirstAcquirer: true, DeliveryCount: 1},
		DeliveryAnnotations: amqp.Annotations{"x-opt-d": int64(-1)},
		Annotations:         amqp.Annotations{"x-opt-note": "text"},
		Properties: &amqp.MessageProperties{
			MessageID: uint64(300), UserID: []byte("ems"), To: pointer("to"), Subject: pointer("subject"),
			ReplyTo: pointer("reply"), CorrelationID: id, ContentType: pointer("text/plain"),
			ContentEncoding: pointer("identity"), AbsoluteExpiryTime: pointer(time.UnixMilli(4102444800000)),
			CreationTime: &when, GroupID: pointer("group"), GroupSequence: pointer(uint32(7)),
			ReplyToGroupID: pointer("reply-group"),
		},
		ApplicationProperties: map[string]any{
			"u8": uint8(255), "u16": uint16(65535), "u32": uint32(4294967295), "u64": uint64(1 << 63), "i8": int8(-128),
			"i16": int16(-32768), "i32": int32(-2147483648), "i64": int64(-1 << 63), "f32": float32(1.5), "f64": 0.1,
			"bool": true, "no": false, "string": "\u20ac", "symbol": amqp.Symbol("sym"), "time": when, "uuid": id,
			"bytes": []byte{0, 255}, "nil": nil,
		},
		Value:  "text",
		Footer: amqp.Annotations{"x-crc": uint32(5)},
	}
	return []*amqp.Message{
		full,
		amqp.NewMessage([]byte{1, 2, 3}),
		{Data: [][]byte{{1}, {}, {2, 3}}},
		{Data: [][]byte{make([]byte, 3000)}},
		{Value: map[string]any{"a": int64(1), "b": []any{"x", nil, true}, "c": map[string]any{}}},
		{Value: []any{int8(1), uint64(0), uint64(5), uint32(0), int64(0), int64(200), "s"}},
		{Value: []int32{1, -1, 300}},
		{Value: []int64{1, 1 << 40}},
		{Value: []string{"a", "", "c"}},
		{Value: []amqp.Symbol{"a", "bc"}},
		{Value: []bool{true, false}},
		{Value: []uint16{1, 65535}},
		{Value: []float64{0.5}},
		{Value: []time.Time{when}},
		{Value: []amqp.UUID{id}},
		{Sequence: [][]any{{int32(1), "two"}, {int32(3)}}},
	}
}

func main() {
	limit, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	connection, err := amqp.Dial(limit, "amqp://"+os.Args[1], &amqp.ConnOptions{
		SASLType: amqp.SASLTypePlain("ems", "ems"), ContainerID: "go-client", HostName: "vhost", MaxFrameSize: 1024,
		IdleTimeout: time.Minute, Properties: map[string]any{"product": "recorder"},
	})
	check(err)
	session, err := connection.NewSession(limit, nil)
	check(err)
	sender, err := session.NewSender(limit, "recorded.go", &amqp.SenderOptions{
		Name: "go-sender", TargetCapabilities: []string{"queue"}, Durability: amqp.DurabilityUnsettledState,
		ExpiryPolicy: amqp.ExpiryPolicyNever, SettlementMode: amqp.SenderSettleModeMixed.Ptr(),
	})
	check(err)
	sent := messages()
	for n, message := range sent {
		check(sender.Send(limit, message, &amqp.SendOptions{Settled: n%2 == 1}))
	}
	receiver, err := session.NewReceiver(limit, "recorded.go", &amqp.ReceiverOptions{
		Name: "go-receiver", Credit: 5, SourceCapabilities: []string{"queue", "other"},
		SettlementMode: amqp.ReceiverSettleModeFirst.Ptr(),
		Filters:        []amqp.LinkFilter{amqp.NewSelectorFilter("1 = 1")},
	})
	check(err)
	for n := range sent {
		message, err := receiver.Receive(limit, nil)
		check(err)
		switch n % 4 {
		case 1:
			check(receiver.RejectMessage(limit, message, &amqp.Error{Condition: "app:no", Description: "not this",
				Info: map[string]any{"k": int32(1)}}))
		case 2:
			check(receiver.ModifyMessage(limit, message, &amqp.ModifyMessageOptions{DeliveryFailed: true,
				UndeliverableHere: true, Annotations: amqp.Annotations{"x-opt-why": "tired"}}))
		default:
			check(receiver.AcceptMessage(limit, message))
		}
	}
	check(receiver.Close(limit))
	check(sender.Close(limit))
	check(session.Close(limit))
	check(connection.Close())
}
