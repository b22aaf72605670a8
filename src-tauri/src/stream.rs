//! The live channel: packed frames, twenty times a second at most.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tauri::{
    async_runtime::JoinHandle,
    ipc::{Channel, InvokeResponseBody},
};
use twin_app::{
    clock,
    view::{Cursor, View},
};

const FRAME_EVERY: Duration = Duration::from_millis(50);

/// The one running stream. A new subscription, as after a reload, ends the one before.
#[derive(Debug, Default)]
pub struct Stream(Mutex<Option<JoinHandle<()>>>);

impl Stream {
    /// Starts sending frames of `view` to `channel`, beginning with everything.
    pub fn start(&self, view: Arc<View>, channel: Channel<InvokeResponseBody>) {
        let task = tauri::async_runtime::spawn(async move {
            let mut cursor = Cursor::default();
            let mut beat = tokio::time::interval(FRAME_EVERY);
            beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
            loop {
                beat.tick().await;
                if let Some(frame) = view.frame(&mut cursor, clock::now())
                    && channel.send(InvokeResponseBody::Raw(frame)).is_err()
                {
                    return;
                }
            }
        });
        let before = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(task);
        if let Some(before) = before {
            before.abort();
        }
    }
}
