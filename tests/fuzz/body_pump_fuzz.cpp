// What the pump carries from any bytes, however they are read and written: the sink gets what the
// decoder says the body is, framed anew; a body that is not whole never looks whole; bytes behind
// the message stay. First four bytes of the input: framings, sizes of reads and writes, the room
// that the sink has at first.

#include "proxy/body_pump.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "tests/fakes/memory_stream.hpp"
#include "tests/fuzz/property.hpp"

namespace jkproxy::proxy {
namespace {

using fuzz::require;
using Kind = Framing::Kind;
using Step = BodyPump::Step;

constexpr std::string_view head_text = "HEAD\r\n\r\n";

struct Body {
  std::string content;
  std::size_t size = 0;  // with its framing
  bool whole = false;
  bool malformed = false;
};

Body decoded(std::string_view bytes) {
  ChunkDecoder decoder;
  Body body;
  for (;;) {
    const auto step = decoder.decode(bytes.substr(body.size));
    body.size += step.consumed;
    body.content += step.body;
    body.whole = step.result == ChunkDecoder::Result::complete;
    body.malformed = step.result == ChunkDecoder::Result::malformed;
    if (step.result != ChunkDecoder::Result::body) return body;
  }
}

Body body_in(const Framing& framing, std::string_view bytes) {
  if (framing.kind == Kind::chunked) return decoded(bytes);
  if (framing.kind == Kind::until_close) return {std::string{bytes}, bytes.size(), true};
  const auto size = std::min<std::size_t>(framing.length, bytes.size());
  return {std::string{bytes.substr(0, size)}, size, size == framing.length};
}

struct Ends {
  explicit Ends(std::string_view input)
      : first{static_cast<unsigned char>(input[0])},
        read{static_cast<unsigned char>(input[1]) + 1U},
        write{static_cast<unsigned char>(input[2]) + 1U},
        room{static_cast<unsigned char>(input[3])} {}
  unsigned first;
  std::size_t read;
  std::size_t write;
  std::size_t room;
};

Framing framing_in(unsigned selector) {
  constexpr std::array<Framing, 4> all{Framing{}, Framing{Kind::length, 40}, Framing{Kind::chunked},
                                       Framing{Kind::until_close}};
  return all[selector & 3];
}

// As plan_delivery has it.
Framing framing_out(const Framing& in, bool http11) {
  if (in.kind == Kind::none || in.kind == Kind::length) return in;
  return {http11 ? Kind::chunked : Kind::until_close, 0};
}

Step run(BodyPump& pump, fakes::MemoryStream& source, ReadBuffer& buffer,
         fakes::MemoryStream& sink) {
  for (int blocked = 0;;) {
    const auto step = pump.step(source, buffer, sink);
    if (step == Step::moved) {
      blocked = 0;
    } else if (step == Step::sink_blocked || step == Step::source_blocked) {
      require(++blocked < 4, "it goes on while both ends do");
      if (blocked > 1) sink.set_room(fakes::MemoryStream::unlimited);
    } else {
      return step;
    }
  }
}

void check_whole(const BodyPump& pump, const Body& body, const Framing& out,
                 std::string_view written) {
  require(body.whole, "only a whole body is finished");
  require(pump.finished() && pump.head_sent() && pump.source_done(), "finished says so");
  require(pump.sent() == written.size() && pump.body_bytes() == body.content.size(),
          "all is counted");
  written.remove_prefix(head_text.size());
  const auto seen = body_in(out, written);
  require(seen.whole && seen.size == written.size() && seen.content == body.content,
          "the sink has the body");
}

void check_broken(Step step, const Body& body, const Framing& out, std::string_view written) {
  require(!body.whole, "a whole body is finished");
  require((step == Step::malformed) == body.malformed, "what is malformed is told from an end");
  if (written.size() < head_text.size()) return;
  written.remove_prefix(head_text.size());
  const auto seen = body_in(out, written);
  require(body.content.starts_with(seen.content), "nothing is made up");
  require(out.kind == Kind::until_close || !seen.whole, "what is cut off is seen to be");
}

void check(std::string_view input) {
  const Ends ends{input};
  const auto bytes = input.substr(4);
  const auto in = framing_in(ends.first);
  const auto out = framing_out(in, (ends.first & 4) != 0);
  fakes::MemoryStream source;
  fakes::MemoryStream sink;
  source.receive(bytes);
  source.end();
  source.read_by(ends.read, (ends.first & 8) != 0);
  sink.write_by(ends.write, (ends.first & 16) != 0);
  sink.set_room(ends.room);

  BlockPool pool;
  ReadBuffer buffer{pool};
  std::string head{head_text};
  BodyPump pump{in, out, head};
  const auto step = run(pump, source, buffer, sink);
  const auto body = body_in(in, bytes);
  if (step != Step::finished) return check_broken(step, body, out, sink.written());
  check_whole(pump, body, out, sink.written());
  require(source.bytes_read() - buffer.unread().size() == body.size,
          "bytes behind the message stay");
}

}  // namespace
}  // namespace jkproxy::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size >= 4) jkproxy::proxy::check(jkproxy::fuzz::text_of(bytes, size));
  return 0;
}
