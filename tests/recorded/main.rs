//! Frames of other implementations, recorded by running them, against this library's decoder (and its encoder: what was
//! read and is written again must read the same). The scripted peer and devbroker use the library's own codec, so a fault
//! that encoder and decoder share shows only here. What the bytes mean was said by Qpid Proton's decoder and by the
//! programs that made them, never by this library: see record.py, which makes the files of frames/.

mod fields;
mod files;
mod foreign;
mod messages;
mod text;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::iter::Peekable;
use std::path::PathBuf;

use bytes::{Bytes, BytesMut};
use files::{Line, Recording, recordings, without};
use messages::Deliveries;
use text::{Reader, encoded, hex, unhex};
use tibemsufo::amqp::codec::{Decoder, Encoder, Value};
use tibemsufo::amqp::frame::{FrameDecoder, RawFrame, encode_frame};
use tibemsufo::amqp::performative::Performative;

/// Where `what was read and is written again` goes when another decoder is to judge it too (c-tests/proton/run.sh): lines
/// `kind TAB text TAB hex`, one file for each test because they run side by side.
struct Again(Option<File>);

impl Again {
    fn of(test: &str) -> Again {
        let folder = std::env::var_os("TIBEMS_RECORDED_AGAIN").map(PathBuf::from);
        Again(folder.map(|folder| File::create(folder.join(test)).expect("a file to write")))
    }

    fn note(&mut self, kind: &str, text: &str, bytes: &[u8]) {
        if let Some(file) = &mut self.0 {
            writeln!(file, "{kind}\t{text}\t{}", hex(bytes)).expect("the disk takes it");
        }
    }
}

/// Element types of empty arrays are not kept by owned values.
fn without_element_types(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("array<") {
        let end = at + rest[at..].find('>').expect("a type");
        out += &rest[..at];
        out += "array<null>";
        rest = &rest[end + 1..];
    }
    out + rest
}

#[test]
fn values_mean_what_was_put_in() {
    let mut values = 0;
    let mut again = Again::of("values");
    for Recording { lines, .. } in recordings() {
        for line in lines.iter().filter(|line| line.kind == "value") {
            let (bytes, expected, place) = (line.bytes(), &line.columns[1], &line.place);
            let mut decoder = Decoder::new(&bytes);
            let read = Reader::default().next(&mut decoder);
            assert_eq!(read.as_ref(), Ok(expected), "{place}");
            assert!(decoder.is_empty(), "{place}: bytes are left");
            let mut decoder = Decoder::new(&bytes);
            assert_eq!(decoder.skip(), Ok(()), "{place}");
            assert!(decoder.is_empty(), "{place}: skipping leaves bytes");
            let value = Value::decode(&mut Decoder::new(&bytes)).expect(place);
            let written = encoded(&value);
            let expected = without_element_types(expected);
            again.note("value", &expected, &written);
            assert_eq!(Reader::default().whole(&written), Ok(expected), "{place}");
            values += 1;
        }
    }
    assert!(values > 300, "only {values} values");
}

/// Compares one performative with what is known of it, and what is written again with what was read.
fn check_performative(place: &str, read: &Performative, named: &str, again: &mut Again) {
    let expected = without(named, &fields::NOT_READ);
    assert_eq!(fields::named(read), expected, "{place}");
    let mut bytes = Vec::new();
    read.encode(&mut Encoder::new(&mut bytes));
    again.note("performative", &expected, &bytes);
    let mut decoder = Decoder::new(&bytes);
    assert_eq!(
        Performative::decode(&mut decoder).as_ref(),
        Ok(read),
        "{place}"
    );
    assert!(decoder.is_empty(), "{place}: bytes are left");
}

#[test]
fn performatives_mean_what_proton_reads() {
    let mut performatives = 0;
    let mut again = Again::of("performatives");
    for Recording { lines, .. } in recordings() {
        for line in lines.iter().filter(|line| line.kind == "performative") {
            let (bytes, place) = (line.bytes(), &line.place);
            let typed = Reader::default().whole(&bytes);
            assert_eq!(typed.as_ref(), Ok(&line.columns[2]), "{place}");
            let mut decoder = Decoder::new(&bytes);
            let read = Performative::decode(&mut decoder).expect(place);
            assert!(decoder.is_empty(), "{place}: bytes are left");
            check_performative(place, &read, &line.columns[1], &mut again);
            performatives += 1;
        }
    }
    assert!(performatives > 100, "only {performatives} performatives");
}

/// The streams of a recording: lines from one `stream` to the next.
fn streams(recording: &Recording) -> impl Iterator<Item = &[Line]> {
    recording
        .lines
        .split(|line| line.kind == "stream")
        .filter(|lines| lines.iter().any(|line| line.kind == "frame"))
}

fn check_frame(line: &Line, raw: &RawFrame, again: &mut Again) {
    let place = &line.place;
    let [_, kind, channel, payload, named, typed] = &line.columns[..] else {
        panic!("{place}: a frame has six columns");
    };
    assert_eq!(&raw.kind.to_string(), kind, "{place}");
    assert_eq!(&raw.channel.to_string(), channel, "{place}");
    let frame = raw
        .decode()
        .unwrap_or_else(|error| panic!("{place}: {error}"));
    assert_eq!(&frame.payload.len().to_string(), payload, "{place}");
    match &frame.performative {
        None => assert_eq!(named, "empty", "{place}"),
        Some(performative) => {
            let mut decoder = Decoder::new(&raw.body);
            let read = Reader::default().next(&mut decoder);
            assert_eq!(read.as_ref(), Ok(typed), "{place}");
            check_performative(place, performative, named, again);
            let mut written = Vec::new();
            encode_frame(frame.channel, performative, &frame.payload, &mut written);
            let mut written = BytesMut::from(&written[..]);
            let read = FrameDecoder::new(u32::MAX).next_frame(&mut written);
            assert_eq!(read, Ok(Some(frame.clone())), "{place}");
        }
    }
}

#[test]
fn frames_mean_what_proton_reads() {
    let mut frames = 0;
    let mut again = Again::of("frames");
    for recording in recordings() {
        for lines in streams(&recording) {
            // As a socket gives them: pieces of a length that fits nothing, cut without knowing where frames begin.
            let mut received = BytesMut::new();
            let mut cutter = FrameDecoder::new(u32::MAX);
            for line in lines.iter().filter(|line| line.kind == "frame") {
                let mut found = None;
                for piece in line.bytes().chunks(37) {
                    assert_eq!(found, None, "{}: the frame ends early", line.place);
                    received.extend_from_slice(piece);
                    found = cutter.next_raw(&mut received).expect(&line.place);
                }
                let raw = found.unwrap_or_else(|| panic!("{}: no frame", line.place));
                assert!(received.is_empty(), "{}: bytes are left", line.place);
                check_frame(line, &raw, &mut again);
                frames += 1;
            }
        }
    }
    assert!(frames > 700, "only {frames} frames");
}

#[test]
fn protocol_headers_are_those_of_the_standard() {
    let mut seen = BTreeSet::new();
    for Recording { lines, .. } in recordings() {
        let headers = lines.iter().filter(|line| line.kind == "header");
        seen.extend(headers.map(Line::bytes));
    }
    let ours = [
        tibemsufo::amqp::frame::HEADER_AMQP.to_vec(),
        tibemsufo::amqp::frame::HEADER_SASL.to_vec(),
    ];
    assert_eq!(seen, BTreeSet::from(ours));
}

/// Checks the message whose section and fact lines are next in `lines`; did its sender say what is in it?
fn check_message<'a>(
    line: &Line,
    count: &str,
    payload: &Bytes,
    lines: &mut Peekable<impl Iterator<Item = &'a Line>>,
) -> bool {
    let mut own = Vec::new();
    while let Some(next) = lines.next_if(|next| matches!(next.kind.as_str(), "section" | "fact")) {
        own.push(next);
    }
    let (sections, facts): (Vec<_>, Vec<_>) =
        own.into_iter().partition(|line| line.kind == "section");
    assert_eq!(count, sections.len().to_string(), "{}", line.place);
    messages::check_sections(line, &sections, payload);
    messages::check_facts(line, &facts, payload);
    !facts.is_empty()
}

#[test]
fn messages_mean_what_their_senders_said() {
    let (mut all, mut told) = (0, 0);
    for recording in recordings() {
        let mut deliveries = Deliveries::default();
        let mut lines = recording.lines.iter().peekable();
        while let Some(line) = lines.next() {
            let (payload, count) = match line.kind.as_str() {
                "payload" => (line.bytes().into(), &line.columns[1]),
                "message" => {
                    let payload = deliveries.finished();
                    let payload = payload.unwrap_or_else(|| panic!("{}: no message", line.place));
                    (payload, &line.columns[0])
                }
                "frame" => {
                    let mut bytes = BytesMut::from(&line.bytes()[..]);
                    let frame = FrameDecoder::new(u32::MAX).next_frame(&mut bytes);
                    deliveries.take(frame.expect(&line.place).expect("a whole frame"));
                    continue;
                }
                "stream" => {
                    assert!(deliveries.finished().is_none(), "before {}", line.place);
                    deliveries = Deliveries::default();
                    continue;
                }
                "section" | "fact" => panic!("{}: no message before it", line.place),
                _ => continue,
            };
            all += 1;
            told += usize::from(check_message(line, count, &payload, &mut lines));
        }
        assert!(deliveries.finished().is_none(), "{}", recording.name);
    }
    // 13 messages of Qpid JMS, there and back, and the rare encodings of rhea
    assert!(
        all > 200 && told == 26 + 6,
        "{all} messages, {told} with facts"
    );
}

/// What was recorded is only worth something if it holds everything: a recorder that lost a part must fail here.
#[test]
fn everything_occurs() {
    let mut reader = Reader::default();
    let mut names = BTreeSet::new();
    for Recording { lines, .. } in recordings() {
        for line in &lines {
            if let ("value" | "performative", bytes) = (line.kind.as_str(), &line.columns[0]) {
                reader.whole(&unhex(bytes)).expect(&line.place);
            }
            let named = match line.kind.as_str() {
                "performative" => &line.columns[1],
                "frame" => &line.columns[4],
                "section" => &line.columns[0],
                _ => continue,
            };
            names.extend(words(named).map(str::to_owned));
        }
    }
    // every constructor of the standard (part 1, section 6), and the descriptor
    let constructors = [
        0x00, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x60,
        0x61, 0x70, 0x71, 0x72, 0x73, 0x74, 0x80, 0x81, 0x82, 0x83, 0x84, 0x94, 0x98, 0xa0, 0xa1,
        0xa3, 0xb0, 0xb1, 0xb3, 0xc0, 0xc1, 0xd0, 0xd1, 0xe0, 0xf0,
    ];
    assert_eq!(reader.constructors, BTreeSet::from(constructors));
    for name in "open begin attach flow transfer disposition detach end close sasl-mechanisms sasl-init sasl-challenge \
         sasl-response sasl-outcome (error (source (target (coordinator (received (accepted (rejected (released \
         (modified (declared (transactional-state (declare) (discharge header delivery-annotations \
         message-annotations properties application-properties data amqp-sequence amqp-value footer empty"
        .split_whitespace()
    {
        assert!(names.contains(name), "no {name} in the recordings");
    }
}

/// The names in a text: its first word, and what follows opening parentheses, those included.
fn words(named: &str) -> impl Iterator<Item = &str> {
    named
        .split(' ')
        .take(1)
        .chain(named.match_indices('(').map(|(at, _)| {
            let inner = &named[at..];
            let end = inner.find([' ', ')']).unwrap_or(inner.len());
            // "(accepted)" and "(accepted" are the same name; commands without fields keep the end
            match inner.get(..=end) {
                Some("(declare)") => "(declare)",
                _ => &inner[..end],
            }
        }))
}
