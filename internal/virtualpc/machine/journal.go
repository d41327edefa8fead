package machine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// journal is a list that only grows, kept in pieces: an addition writes the
// last piece anew. Beyond the most pieces the oldest go, as they do in Windows'
// event logs.
type journal[T any] struct {
	disk   prefixed
	folder string
	lines  int // in one piece
	pieces int // at most

	mu      sync.Mutex
	loaded  bool
	numbers []int  // of the pieces, in order
	last    []byte // the last piece, lines of JSON
	count   int    // of its lines
}

const pieceEnd = ".jsonl"

func (j *journal[T]) file(number int) string {
	return fmt.Sprintf("%s/%06d%s", j.folder, number, pieceEnd)
}

// load finds the pieces and reads the last.
func (j *journal[T]) load() error {
	if j.loaded {
		return nil
	}
	names, err := j.disk.Names()
	if err != nil {
		return err
	}
	var numbers []int
	for _, name := range names {
		rest, ok := strings.CutPrefix(name, j.folder+"/")
		if !ok {
			continue
		}
		number, err := strconv.Atoi(strings.TrimSuffix(rest, pieceEnd))
		if err != nil || name != j.file(number) {
			return damaged(j.disk.full(name), errors.New("its name is not that of a piece"))
		}
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	if len(numbers) > 0 {
		last, items, err := j.piece(numbers[len(numbers)-1])
		if err != nil {
			return err
		}
		j.last, j.count = last, len(items)
	}
	j.numbers, j.loaded = numbers, true
	return nil
}

// piece reads one piece: CodeDamaged when a line makes no sense or is cut off.
func (j *journal[T]) piece(number int) (data []byte, items []T, err error) {
	name := j.file(number)
	if data, err = j.disk.Read(name); err != nil {
		return nil, nil, err
	}
	at := 0
	for line := range bytes.Lines(data) {
		at++
		var item T
		if !bytes.HasSuffix(line, []byte("\n")) {
			return nil, nil, damaged(j.disk.full(name), fmt.Errorf("line %d is cut off", at))
		}
		if err := json.Unmarshal(line, &item); err != nil {
			return nil, nil, damaged(j.disk.full(name), fmt.Errorf("line %d: %w", at, err))
		}
		items = append(items, item)
	}
	return data, items, nil
}

func (j *journal[T]) add(item T) error {
	line, err := json.Marshal(item)
	if err != nil {
		return fmt.Errorf("write a line of %s: %w", j.folder, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.load(); err != nil {
		return err
	}
	numbers, last, count := j.numbers, j.last, j.count
	switch {
	case len(numbers) == 0:
		numbers = []int{1}
	case count >= j.lines:
		numbers, last, count = append(slices.Clone(numbers), numbers[len(numbers)-1]+1), nil, 0
	}
	// A copy, because a disk in memory or a failed write may still hold the old.
	last = slices.Concat(last, line, []byte("\n"))
	if err := j.disk.Write(j.file(numbers[len(numbers)-1]), last); err != nil {
		return err
	}
	j.numbers, j.last, j.count = numbers, last, count+1
	for len(j.numbers) > j.pieces {
		if err := j.disk.Remove(j.file(j.numbers[0])); err != nil {
			return err
		}
		j.numbers = j.numbers[1:]
	}
	return nil
}

// all reads everything, the oldest first.
func (j *journal[T]) all() ([]T, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.load(); err != nil {
		return nil, err
	}
	var out []T
	for _, number := range j.numbers {
		_, items, err := j.piece(number)
		if errors.Is(err, fs.ErrNotExist) {
			continue // another process made room
		}
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	return out, nil
}
