//! `kill -9` of the program and of the broker, again and again under load: what the broker took is in history.
//!
//! `TWIN_SEED` repeats a run, `TWIN_KILLS` says how often each of the two is killed (3 when it is not set).
//!
//! The message with the number n has n as its value; an even one carries a source time, an odd one does not. Each is
//! published until the broker acknowledges it. What the broker itself lost is told exactly, see
//! [`twinscope_tests::harness::killer`]: acknowledged after it last wrote its state, and not in that state.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use twin_app::clock;
use twin_core::{Quality, Reason, SignalId, Timestamp};
use twin_historian::{Historian, Sample};
use twinscope_tests::harness::{
    headless,
    killer::{Cut, Dice, DurableBroker},
    process::Process,
    publisher::{Fate, Publisher},
    wait,
};

use crate::tanks::{self, ONCE, SURE};

const PER_S: u32 = 400;
const KILLS_OF_EACH: u64 = 3;
/// Enough for all that waits in the broker in the end.
const DRAIN: Duration = Duration::from_secs(120);
/// The time of a file may be so much older than the clock said when it was written, or differ from it.
const FILE_TIME: twin_core::Duration = twin_core::Duration::from_millis(20);

fn setting(name: &str) -> Result<Option<u64>> {
    let Ok(text) = std::env::var(name) else {
        return Ok(None);
    };
    Ok(Some(
        text.parse().with_context(|| format!("{name}={text}"))?,
    ))
}

/// What stands before the number of a message.
const BEFORE: &str = "{\"level\": ";

fn letter(begin_ms: i64, number: usize) -> (String, String) {
    let level = format!("{BEFORE}{number}");
    if number.is_multiple_of(2) {
        let time = begin_ms + i64::try_from(number).unwrap_or(0);
        (SURE.into(), format!("{level}, \"timestamp\": {time}}}"))
    } else {
        (ONCE.into(), format!("{level}}}"))
    }
}

/// The program, each life with a log of its own.
struct Lives {
    dir: PathBuf,
    workspace: PathBuf,
    count: u32,
    program: Process,
}

impl Lives {
    fn log(dir: &Path, count: u32) -> PathBuf {
        dir.join(format!("life-{count}.log"))
    }

    fn begin(dir: &Path, workspace: &Path) -> Result<Self> {
        Ok(Lives {
            dir: dir.into(),
            workspace: workspace.into(),
            count: 0,
            program: headless::start(workspace, &Self::log(dir, 0))?,
        })
    }

    fn again(&mut self) -> Result<()> {
        self.count += 1;
        self.program = headless::start(&self.workspace, &Self::log(&self.dir, self.count))?;
        Ok(())
    }

    /// Waits until the pages of this life have shown all of these texts.
    async fn shows(&self, texts: &[String]) -> Result<()> {
        let log = Self::log(&self.dir, self.count);
        let what = format!("{texts:?}");
        let shown = wait::until(&what, DRAIN, || async {
            let pages = fs::read_to_string(&log).ok()?;
            texts.iter().all(|text| pages.contains(text)).then_some(())
        });
        shown.await.with_context(|| {
            let pages = fs::read_to_string(&log).unwrap_or_default();
            let last: Vec<&str> = pages.lines().rev().take(12).collect();
            format!("last lines, newest first: {last:#?}")
        })
    }
}

/// Kills program and broker in an order and at times that the dice say; gives what was left of each broker.
async fn kills(
    dice: &mut Dice,
    of_each: u64,
    broker: &mut DurableBroker,
    lives: &mut Lives,
) -> Result<Vec<Cut>> {
    let (mut programs, mut brokers) = (of_each, of_each);
    let mut cuts = Vec::new();
    while programs + brokers > 0 {
        let pause = if dice.below(2) == 0 {
            dice.between(200, 2_000)
        } else {
            dice.between(2_000, 5_000)
        };
        tokio::time::sleep(pause).await;
        let away = dice.between(0, 800);
        if dice.below(programs + brokers) < programs {
            programs -= 1;
            lives.program.kill()?;
            tokio::time::sleep(away).await;
            lives.again()?;
        } else {
            brokers -= 1;
            cuts.push(broker.kill(BEFORE)?);
            tokio::time::sleep(away).await;
            broker.restart().await?;
        }
    }
    Ok(cuts)
}

/// Whether the broker lost a message that it had acknowledged.
fn lost_by_broker(fate: &Fate, number: usize, cuts: &[Cut]) -> bool {
    let ended = cuts.iter().find(|cut| cut.at >= fate.link);
    ended.is_some_and(|cut| {
        fate.acknowledged.plus(FILE_TIME) >= cut.saved
            && !cuts.iter().any(|cut| cut.kept.contains(&number))
    })
}

/// What was counted.
#[derive(Debug, Default)]
struct Tally {
    stored: usize,
    lost_by_broker: usize,
    repeats_marked: usize,
    repeats_by_publisher: usize,
    /// The broker delivered again what it had forgotten to have delivered, without DUP.
    repeats_unmarked: usize,
}

/// Samples by the number they carry.
async fn stored(historian: &Historian, tank: &str) -> Result<BTreeMap<usize, Vec<Sample>>> {
    let id = SignalId::from(format!("{tank}/level"));
    let keys = historian.signal_keys(&[id]).await?;
    let key = *keys.first().context("a key")?;
    let samples = historian
        .raw(key, Timestamp(0), Timestamp::MAX, 10_000_000)
        .await?;
    let mut by_number: BTreeMap<usize, Vec<Sample>> = BTreeMap::new();
    for sample in samples {
        // Written by the program itself at each start.
        if sample.quality.reason == Reason::NotRecorded {
            continue;
        }
        let number = sample.number();
        ensure!(
            number >= 0.0 && number.fract() == 0.0,
            "{tank}: stored {sample:?}"
        );
        by_number.entry(number as usize).or_default().push(sample);
    }
    Ok(by_number)
}

/// Checks the copies of a message without source time.
fn repeats(
    number: usize,
    samples: &[Sample],
    fate: &Fate,
    cuts: &[Cut],
    tally: &mut Tally,
) -> Result<()> {
    for pair in samples.windows(2) {
        if pair[1].quality == Quality::uncertain(Reason::Redelivered) {
            tally.repeats_marked += 1;
        } else if fate.sent > 1 {
            tally.repeats_by_publisher += 1;
        } else {
            let stale = cuts.iter().any(|cut| {
                pair[0].received < cut.at && cut.at < pair[1].received && cut.kept.contains(&number)
            });
            ensure!(stale, "{number}: an unmarked repeat: {samples:?}");
            tally.repeats_unmarked += 1;
        }
    }
    Ok(())
}

/// Checks history against what became of each message.
async fn check(workspace: &Path, begin_ms: i64, fates: &[Fate], cuts: &[Cut]) -> Result<Tally> {
    let historian = Historian::open(workspace, clock::now()).await?;
    let mut tally = Tally::default();
    let sure = stored(&historian, "sure").await?;
    let once = stored(&historian, "once").await?;
    for (number, fate) in fates.iter().enumerate() {
        let timed = number.is_multiple_of(2);
        let samples = if timed { &sure } else { &once }.get(&number);
        let Some(samples) = samples else {
            ensure!(
                lost_by_broker(fate, number, cuts),
                "{number} is not in history: {fate:?}, kept at the kills: {:?}",
                cuts.iter()
                    .map(|cut| cut.kept.contains(&number))
                    .collect::<Vec<_>>()
            );
            tally.lost_by_broker += 1;
            continue;
        };
        tally.stored += 1;
        if timed {
            let time = Timestamp::from_millis(begin_ms + i64::try_from(number)?);
            ensure!(
                samples.len() == 1
                    && samples[0].time == time
                    && samples[0].quality == Quality::GOOD,
                "{number}: {samples:?}"
            );
        } else {
            repeats(number, samples, fate, cuts, &mut tally)?;
        }
    }
    let numbers = sure.keys().chain(once.keys());
    let strange = numbers.filter(|number| **number >= fates.len()).count();
    ensure!(strange == 0, "{strange} values that nobody published");
    Ok(tally)
}

async fn run(seed: u64, of_each: u64) -> Result<Tally> {
    let dir = tempfile::tempdir()?;
    let mut broker = DurableBroker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    tanks::workspace(&workspace, broker.port, 1)?;
    let mut lives = Lives::begin(dir.path(), &workspace)?;
    lives.shows(&[" up (".into()]).await?;
    // The broker has the session on disk before there is anything to lose.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let begin_ms = clock::now().millis() - 3_600_000;
    let publisher = Publisher::start(broker.port, PER_S, move |n| letter(begin_ms, n));
    let mut dice = Dice::new(seed);
    let cuts = kills(&mut dice, of_each, &mut broker, &mut lives).await?;
    let fates = publisher.finish().await?;
    let last = fates.len() - 2..fates.len();
    let last: Vec<String> = last.map(|n| format!("Level {n}")).collect();
    lives.shows(&last).await?;
    headless::stop(&mut lives.program).await?;
    let tally = check(&workspace, begin_ms, &fates, &cuts).await?;
    ensure!(
        tally.stored > 1_000 && tally.lost_by_broker * 10 < tally.stored,
        "hardly a load: {tally:?}"
    );
    Ok(tally)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_broker_took_is_in_history_however_often_both_are_killed() -> Result<()> {
    let seed = setting("TWIN_SEED")?.unwrap_or_else(|| clock::now().micros().unsigned_abs());
    let of_each = setting("TWIN_KILLS")?.unwrap_or(KILLS_OF_EACH);
    println!("TWIN_SEED={seed} TWIN_KILLS={of_each}");
    let tally = run(seed, of_each)
        .await
        .with_context(|| format!("TWIN_SEED={seed} TWIN_KILLS={of_each}"))?;
    println!("{tally:?}");
    Ok(())
}
