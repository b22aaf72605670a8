//! What is left of a connection or a model that is replaced while the program runs.

use super::*;
use crate::pipeline::scoring::Answer;

/// A model that no file stands behind.
const MODEL: &str =
    "[type.model]\nid = \"m\"\nfile = \"m.onnx\"\ninputs = [\"s0\"]\ninterval_s = 1.0\n";

#[tokio::test]
async fn what_waits_in_the_queue_of_a_connection_that_ends_is_read() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let bench = Bench::new(dir.path(), 1, 1).await?;
    let mut driver = bench.driver(vec![]);
    for number in 2..=900 {
        let payload = format!("{{\"s0\": {number}}}");
        bench.send("plant/t0", payload).await;
    }
    bench.send("plant/t0", "{".into()).await;
    let (at, count) = (clock::now(), 7);
    bench.inbound.send(Inbound::Dropped { at, count }).await?;
    driver.serve(Request::RemoveSource("c".into()));

    let twin = bench.view.twin(SignalKey(0)).unwrap();
    assert_eq!(twin.value.as_f64(), Some(900.0));
    let stored: usize = driver.outbox.batches.iter().map(|batch| batch.len()).sum();
    assert_eq!(stored, 899);
    driver.show_counters(clock::now());
    let counters = bench.view.counters();
    assert_eq!((counters.dropped, counters.rejected), (7.0, 1.0));
    Ok(())
}

#[tokio::test]
async fn a_failure_of_a_model_that_was_replaced_says_nothing() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let area = "[[area]]\nid = \"a\"\n";
    let plant = plant_file(1, 1).replace(area, "");
    let (types, assets) = plant.split_once("[[asset]]").unwrap();
    let plant = format!("{types}{MODEL}{area}[[asset]]{assets}");
    let bench = Bench::of(dir.path(), &plant).await?;
    let mut driver = bench.driver(vec![]);
    let failed = |model: &str| Answer::Failed {
        binding: 0,
        model: model.into(),
        error: "no memory".into(),
    };
    let told = |driver: &Driver| driver.engine.system().len();
    driver.take_answer(failed("before"));
    assert_eq!(told(&driver), 0);
    driver.take_answer(failed("m"));
    assert_eq!(told(&driver), 1);
    Ok(())
}
