// A program that uses the module github.com/square-it/ems of others, unchanged, with this library behind it (cgo).
//
// usage: stranger [NAME pattern ...]; the server is in STRANGER_URL. Rows "ok" and "not ok" with a name, totals on the last line.
//
// The module prints what its listener gets, so standard output is a pipe while a test runs. It makes the error text on
// whatever thread it is, and knows no lists of servers: its URLs are those of net/url.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/square-it/ems"
)

const soon = 20 * time.Second

var (
	url   = os.Getenv("STRANGER_URL")
	lines = make(chan string, 10_000)
	count int
)

func fresh() string {
	count++
	return fmt.Sprintf("stranger.go.%d.%d", os.Getpid(), count)
}

func options() *ems.ClientOptions {
	return ems.NewClientOptions().SetServerUrl(url).SetUsername("ems").SetPassword("ems")
}

// next is the next line that the module printed.
func next() (string, error) {
	select {
	case line := <-lines:
		return line, nil
	case <-time.After(soon):
		return "", fmt.Errorf("nothing came")
	}
}

func expect(wanted ...string) error {
	for _, text := range wanted {
		if got, err := next(); err != nil || got != text {
			return fmt.Errorf("%q instead of %q (%v)", got, text, err)
		}
	}
	return nil
}

func publisher() (ems.Publisher, error) {
	publisher := ems.NewPublisher(options())
	return publisher, publisher.Connect()
}

func listen(queue string) (ems.Subscriber, error) {
	subscriber := ems.NewSubscriber(options())
	if err := subscriber.Connect(); err != nil {
		return nil, err
	}
	return subscriber, subscriber.Listen(queue)
}

func sendAndListen() error {
	queue := fresh()
	sender, err := publisher()
	if err != nil {
		return err
	}
	if !sender.IsConnected() {
		return fmt.Errorf("not connected")
	}
	for _, mode := range []string{"persistent", "non_persistent", "reliable", ""} {
		if err := sender.Send(queue, "mode "+mode, 0, mode, 3_600_000); err != nil {
			return err
		}
	}
	subscriber, err := listen(queue)
	if err != nil {
		return err
	}
	if err := expect("mode persistent", "mode non_persistent", "mode reliable", "mode "); err != nil {
		return err
	}
	if err := sender.Disconnect(); err != nil {
		return err
	}
	if sender.IsConnected() || sender.Send(queue, "too late", 0, "", 0) == nil {
		return fmt.Errorf("sent on a closed connection")
	}
	return subscriber.Disconnect()
}

func delayed() error {
	queue := fresh()
	sender, err := publisher()
	if err != nil {
		return err
	}
	subscriber, err := listen(queue)
	if err != nil {
		return err
	}
	if err := sender.Send(queue, "late", 500, "persistent", 0); err != nil {
		return err
	}
	if err := sender.Send(queue, "at once", 0, "persistent", 0); err != nil {
		return err
	}
	if err := expect("at once", "late"); err != nil {
		return err
	}
	sender.Disconnect()
	return subscriber.Disconnect()
}

func requests() error {
	queue, answered := fresh(), make(chan error)
	go func() { answered <- answer(url, queue, 6) }()
	sender, err := publisher()
	if err != nil {
		return err
	}
	for _, mode := range []string{"persistent", "non_persistent", "reliable"} {
		for _, text := range []string{"one", "zwei und ünf"} {
			reply, err := sender.SendReceive(queue, text, mode, 0)
			if err != nil || reply != "re: "+text {
				return fmt.Errorf("%q, %v", reply, err)
			}
			if err := expect("Received JMS Reply Text Message = re: " + text); err != nil {
				return err
			}
		}
	}
	if err := <-answered; err != nil {
		return err
	}
	return sender.Disconnect()
}

// Goroutines move between threads of the system while they use one connection, and those threads end.
func goroutines() error {
	const each, senders = 25, 16
	queue := fresh()
	sender, err := publisher()
	if err != nil {
		return err
	}
	subscriber, err := listen(queue)
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	failures := make(chan error, senders)
	wanted := []string{}
	for number := 0; number < senders; number++ {
		for message := 0; message < each; message++ {
			wanted = append(wanted, fmt.Sprintf("%02d %02d", number, message))
		}
		all.Add(1)
		go func(number int) {
			defer all.Done()
			if number%2 == 0 {
				runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
			}
			for message := 0; message < each; message++ {
				if err := sender.Send(queue, fmt.Sprintf("%02d %02d", number, message), 0, "", 0); err != nil {
					failures <- err
					return
				}
			}
		}(number)
	}
	all.Wait()
	close(failures)
	if err := <-failures; err != nil {
		return err
	}
	got := []string{}
	for range wanted {
		line, err := next()
		if err != nil {
			return fmt.Errorf("%d of %d: %v", len(got), len(wanted), err)
		}
		got = append(got, line)
	}
	sort.Strings(got)
	if strings.Join(got, ";") != strings.Join(wanted, ";") {
		return fmt.Errorf("%q", got)
	}
	sender.Disconnect()
	return subscriber.Disconnect()
}

func noServer() error {
	runtime.LockOSThread() // the error text belongs to the thread
	defer runtime.UnlockOSThread()
	err := ems.NewPublisher(options().SetServerUrl("tcp://127.0.0.1:1")).Connect()
	if err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") {
		return fmt.Errorf("connected to nothing: %v", err)
	}
	return nil
}

func main() {
	tests := []struct {
		name string
		test func() error
	}{
		{"send and listen", sendAndListen},
		{"delayed", delayed},
		{"requests", requests},
		{"goroutines", goroutines},
		{"no server", noServer},
	}
	out := os.Stdout
	read, write, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	os.Stdout = write
	go func() {
		for scanner := bufio.NewScanner(read); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	passed, failed := 0, 0
	for _, row := range tests {
		wanted := len(os.Args) == 1
		for _, pattern := range os.Args[1:] {
			wanted = wanted || strings.Contains(row.name, pattern)
		}
		if !wanted {
			continue
		}
		if err := row.test(); err != nil {
			failed++
			fmt.Fprintf(out, "not ok\t%s\t%v\n", row.name, err)
		} else {
			passed++
			fmt.Fprintf(out, "ok\t%s\n", row.name)
		}
	}
	fmt.Fprintf(out, "%d passed, %d failed, 0 skipped\n", passed, failed)
	if failed != 0 || passed == 0 {
		os.Exit(1)
	}
}
