//! The baseline of `cargo xtask bench ingest`: the MQTT library's own example of an asynchronous client, which counts
//! what is published instead of printing it. `count-loop <port> <filter> <qos>`.
//!
//! It says `done` once it has subscribed, and `result counted <n>` and `done` when a message without a payload comes.

use std::error::Error;

use rumqttc::{AsyncClient, Event, Incoming, MqttOptions, QoS};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, filter, qos] = arguments.as_slice() else {
        return Err("usage: count-loop <port> <filter> <qos>".into());
    };
    let qos = match qos.as_str() {
        "0" => QoS::AtMostOnce,
        "1" => QoS::AtLeastOnce,
        _ => return Err("a QoS is 0 or 1".into()),
    };
    let mut options = MqttOptions::new("count-loop", ("127.0.0.1", port.parse()?));
    options.set_keep_alive(5);
    let (client, mut events) = AsyncClient::builder(options).capacity(10).build();
    client.subscribe(filter.clone(), qos).await?;
    let mut counted = 0_u64;
    loop {
        match events.poll().await? {
            Event::Incoming(Incoming::Publish(publish)) => {
                if publish.payload.is_empty() {
                    break;
                }
                counted += 1;
            }
            Event::Incoming(Incoming::SubAck(_)) => println!("done"),
            _ => {}
        }
    }
    println!("result counted {counted}\ndone");
    Ok(())
}
