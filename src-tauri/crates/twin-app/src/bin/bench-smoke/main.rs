//! `cargo xtask bench smoke`: a pre-encoded MQTT stream over loopback, without a broker, through the whole pipeline.
//!
//! The stream is Sparkplug DDATA with 100 metrics by alias a message, QoS 1. A sample counts when its message has been
//! acknowledged, that is after decode, map, engine with alarm rules on every signal, and a commit flushed to disk. The
//! limit measured in the same run is the decoder alone on the same messages.

mod stream;

use std::time::Duration;

use anyhow::{Context, ensure};
use twin_app::{App, clock};
use twin_core::Timestamp;
use twin_payload::{Decoder, Message, Observations};

use stream::{DEVICES, MESSAGES, METRICS, Stream};

/// The bar of the issue that brought this bench, in thousand samples a second.
const BAR_KSAMPLES_PER_S: f64 = 300.0;
const RUNS: usize = 5;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let stream = Stream::encode(clock::now());
    let samples = (MESSAGES * METRICS) as f64;
    println!(
        "{MESSAGES} messages of {METRICS} metrics from {DEVICES} devices, {} MB, QoS 1",
        stream.bytes() / 1_000_000
    );
    let (mut pipeline, mut decoder) = (Vec::new(), Vec::new());
    for run in 1..=RUNS {
        let decode_s = decode_alone(&stream)?;
        let pipeline_s = whole_pipeline(&stream).await.context("the pipeline")?;
        println!(
            "run {run}: decoder alone {:.0} ksamples/s, pipeline {:.0} ksamples/s",
            samples / decode_s / 1e3,
            samples / pipeline_s / 1e3
        );
        decoder.push(samples / decode_s / 1e3);
        pipeline.push(samples / pipeline_s / 1e3);
    }
    let (pipeline, decoder) = (median(pipeline), median(decoder));
    println!(
        "the pipeline reaches {:.2} of the decoder alone",
        pipeline / decoder
    );
    let ok = pipeline >= BAR_KSAMPLES_PER_S;
    let verdict = if ok { "ok" } else { "short" };
    println!(
        "figure smoke.pipeline_ksamples_per_s {pipeline:.0} ksamples/s bar >={BAR_KSAMPLES_PER_S} {verdict}"
    );
    ensure!(ok, "a figure is short of its bar");
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Seconds that the decoder alone takes.
fn decode_alone(stream: &Stream) -> anyhow::Result<f64> {
    let mut decoder = Decoder::new();
    let mut out = Observations::default();
    let begin = clock::now();
    let mut seen = 0;
    for (topic, payload) in stream.messages() {
        out.clear();
        let message = Message::new(topic, payload, begin);
        decoder
            .decode(message, &mut out)
            .map_err(|reject| anyhow::anyhow!("rejected: {}", reject.detail))?;
        seen += out.len();
    }
    ensure!(
        seen >= MESSAGES * METRICS,
        "only {seen} samples were decoded"
    );
    Ok(clock::now().since(begin).secs_f64())
}

/// Seconds from the first message sent to the last one acknowledged.
async fn whole_pipeline(stream: &Stream) -> anyhow::Result<f64> {
    let dir = std::env::temp_dir().join(format!(
        "twinscope-bench-{}-{}",
        std::process::id(),
        clock::now().micros()
    ));
    std::fs::create_dir_all(&dir)?;
    let outcome = measured(stream, &dir).await;
    std::fs::remove_dir_all(&dir)?;
    outcome
}

async fn measured(stream: &Stream, dir: &std::path::Path) -> anyhow::Result<f64> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    std::fs::write(
        dir.join("plant.toml"),
        stream::plant_file(listener.local_addr()?.port()),
    )?;
    let (app, _notices) = App::start(dir, dir).await?;
    let (begin, end): (Timestamp, Timestamp) =
        tokio::time::timeout(Duration::from_secs(300), stream::serve(listener, stream)).await??;
    let last = stream.last_time();
    let plant = app.plant();
    let key = plant
        .assets
        .first()
        .and_then(|asset| asset.signals.first())
        .context("no signal")?
        .key;
    let twin = app
        .view()
        .twin(twin_core::SignalKey(key))
        .context("no twin")?;
    app.stop().await;
    ensure!(
        twin.source_time.since(last).secs_f64().abs() < 1.0,
        "the twin did not reach the end of the stream"
    );
    Ok(end.since(begin).secs_f64())
}
