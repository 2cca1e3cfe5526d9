//! Counters and times of this process in the text format of Prometheus (exposition format 0.0.4). Must never hold a name, a
//! number or an id of anybody: labels are fixed words.

use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the classes of times, in microseconds.
const TIMES: [u64; 12] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000,
];

/// Upper bounds of the classes of sizes.
const SIZES: [u64; 12] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

/// Something that is only ever counted up.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// So many more.
    pub fn add(&self, count: usize) {
        self.0
            .fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Something of which there are more or fewer.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// One more until the returned guard is dropped.
    pub fn held(self: &std::sync::Arc<Self>) -> Held {
        self.0.fetch_add(1, Ordering::Relaxed);
        Held(self.clone())
    }

    /// As many as that.
    pub fn set(&self, value: usize) {
        self.0
            .store(i64::try_from(value).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One of those that a gauge counts.
#[derive(Debug)]
pub struct Held(std::sync::Arc<Gauge>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How often something fell into each class.
#[derive(Debug, Default)]
pub struct Histogram {
    classes: [AtomicU64; 12],
    sum: AtomicU64,
    count: AtomicU64,
}

impl Histogram {
    fn note(&self, bounds: &[u64; 12], value: u64) {
        if let Some(class) = bounds.iter().position(|bound| value <= *bound) {
            self.classes[class].fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(value, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// Something took so long.
    pub fn took(&self, time: Duration) {
        self.note(&TIMES, u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// Something was so large.
    pub fn sized(&self, size: usize) {
        self.note(&SIZES, u64::try_from(size).unwrap_or(u64::MAX));
    }
}

/// Everything that is measured.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Lines of journals on disk.
    pub answers_stored: Counter,
    /// Frames of answers that the disk refused.
    pub answers_failed: Counter,
    /// Frames of answers whose attempt was elsewhere by then.
    pub answers_fenced: Counter,
    /// Lines that came after time and grace or from a seat that was taken over, kept beside the journal.
    pub answers_late: Counter,
    /// How many lines one commit stored.
    pub commit_lines: Histogram,
    /// How long a commit took.
    pub commit_time: Histogram,
    /// From taking a frame of answers in to the decision about it.
    pub answer_time: Histogram,
    /// Frames that wait for the writer.
    pub queue: Gauge,
    /// Seats whose socket is open.
    pub seats: std::sync::Arc<Gauge>,
    /// Connections that are open.
    pub connections: std::sync::Arc<Gauge>,
    /// Connections that were refused because their address had too many.
    pub connections_refused: Counter,
    /// Check-ins that began.
    pub checkins: Counter,
    /// Hand-ins that were receipted.
    pub hand_ins: Counter,
    /// Requests by the first digit of their answer, 1 to 5.
    pub requests: [Counter; 5],
    /// How long requests took.
    pub request_time: Histogram,
}

impl Metrics {
    /// A request was answered.
    pub fn request(&self, status: u16, time: Duration) {
        let class = usize::from(status / 100).clamp(1, 5);
        self.requests[class - 1].add(1);
        self.request_time.took(time);
    }

    /// All of it as text.
    pub fn render(&self) -> String {
        let mut text = String::with_capacity(8 * 1024);
        self.counters(&mut text);
        self.gauges(&mut text);
        self.histograms(&mut text);
        text
    }

    fn counters(&self, text: &mut String) {
        for (name, help, counter) in [
            (
                "answers_stored",
                "Lines of journals on disk",
                &self.answers_stored,
            ),
            (
                "answer_frames_failed",
                "Frames that the disk refused",
                &self.answers_failed,
            ),
            (
                "answer_frames_fenced",
                "Frames of seats that are not live",
                &self.answers_fenced,
            ),
            (
                "answers_late",
                "Lines kept beside the journal",
                &self.answers_late,
            ),
            (
                "connections_refused",
                "Connections beyond a limit",
                &self.connections_refused,
            ),
            ("checkins", "Check-ins that began", &self.checkins),
            ("hand_ins", "Hand-ins that were receipted", &self.hand_ins),
        ] {
            let name = format!("exam_{name}_total");
            head(text, (&name, help, "counter"));
            line(text, &name, "", counter.get());
        }
        let requests = "exam_requests_total";
        head(text, (requests, "Requests by class of answer", "counter"));
        for (class, counter) in (1..).zip(&self.requests) {
            line(text, requests, &format!("{{class=\"{class}xx\"}}"), counter.get());
        }
    }

    fn gauges(&self, text: &mut String) {
        for (name, help, gauge) in [
            (
                "exam_answer_queue",
                "Frames that wait for the writer",
                &self.queue,
            ),
            ("exam_seats_connected", "Seats whose socket is open", &*self.seats),
            ("exam_connections", "Open connections", &*self.connections),
        ] {
            head(text, (name, help, "gauge"));
            line(text, name, "", gauge.get());
        }
    }

    fn histograms(&self, text: &mut String) {
        let sizes = SIZES.map(|bound| bound.to_string());
        let lines = ("exam_commit_lines", "Lines of one commit");
        histogram(text, lines, (&sizes, false), &self.commit_lines);
        let times = TIMES.map(seconds);
        for (name, help, of) in [
            (
                "exam_commit_seconds",
                "Time of one commit of answers",
                &self.commit_time,
            ),
            (
                "exam_answer_seconds",
                "From a frame of answers to its acknowledgement",
                &self.answer_time,
            ),
            ("exam_request_seconds", "Time of requests", &self.request_time),
        ] {
            histogram(text, (name, help), (&times, true), of);
        }
    }
}

fn head(text: &mut String, (name, help, kind): (&str, &str, &str)) {
    // Writing to a string can't fail.
    let _written = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(text: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    let _written = writeln!(text, "{name}{labels} {value}");
}

/// Microseconds as seconds.
fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

fn histogram(
    text: &mut String,
    (name, help): (&str, &str),
    (bounds, timed): (&[String; 12], bool),
    of: &Histogram,
) {
    head(text, (name, help, "histogram"));
    let bucket = format!("{name}_bucket");
    let mut sum = 0;
    for (bound, class) in bounds.iter().zip(&of.classes) {
        sum += class.load(Ordering::Relaxed);
        line(text, &bucket, &format!("{{le=\"{bound}\"}}"), sum);
    }
    let (count, total) = (of.count.load(Ordering::Relaxed), of.sum.load(Ordering::Relaxed));
    line(text, &bucket, "{le=\"+Inf\"}", count.max(sum));
    let total = if timed { seconds(total) } else { total.to_string() };
    line(text, &format!("{name}_sum"), "", total);
    line(text, &format!("{name}_count"), "", count.max(sum));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_in_its_class_and_in_those_above() {
        let metrics = Metrics::default();
        metrics.commit_lines.sized(3);
        metrics.commit_lines.sized(9_000);
        metrics.commit_time.took(Duration::from_micros(1_500));
        metrics.request(503, Duration::from_millis(2));
        metrics.answers_stored.add(7);
        let seat = metrics.seats.held();
        let text = metrics.render();
        for expected in [
            "exam_commit_lines_bucket{le=\"2\"} 0\n",
            "exam_commit_lines_bucket{le=\"5\"} 1\n",
            "exam_commit_lines_bucket{le=\"5000\"} 1\n",
            "exam_commit_lines_bucket{le=\"+Inf\"} 2\n",
            "exam_commit_lines_sum 9003\n",
            "exam_commit_seconds_bucket{le=\"0.002500\"} 1\n",
            "exam_commit_seconds_sum 0.001500\n",
            "exam_requests_total{class=\"5xx\"} 1\n",
            "exam_answers_stored_total 7\n",
            "exam_seats_connected 1\n",
        ] {
            assert!(text.contains(expected), "{expected}{text}");
        }
        drop(seat);
        assert!(metrics.render().contains("exam_seats_connected 0\n"));
    }
}
