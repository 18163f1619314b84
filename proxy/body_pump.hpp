#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "proxy/chunk_decoder.hpp"
#include "proxy/message_head.hpp"
#include "proxy/read_buffer.hpp"
#include "proxy/stream.hpp"

namespace jkproxy::proxy {

// Carries one message from its source to its sink: an outgoing head, then the body, whose framing
// it takes off and puts on anew. Reads no more than it can hand on, so a slow sink holds the source
// back; bytes are sent from the read buffer, never copied, and the rest of a large body goes from
// socket to socket inside the kernel. Sans-I/O but for the two streams' tries.
class BodyPump {
 public:
  enum class [[nodiscard]] Step : std::uint8_t{
      moved,           // something moved: step again
      source_blocked,  // arm reading on the source
      sink_blocked,    // arm writing on the sink
      finished,        // all of it is with the sink
      source_failed,   // the source ended or broke in mid-body
      malformed,       // the source broke the chunked coding, or sent more than it said
      sink_failed,
  };

  // Between two fast peers a body never blocks: then the others of the thread have their turn.
  static constexpr int steps_in_a_row = 16;

  // `head`: what goes out first; stays the caller's until the pump is done.
  BodyPump(const Framing& in, const Framing& out, std::string& head);

  Step step(Stream& source, ReadBuffer& buffer, Stream& sink);

  bool finished() const {
    return source_done_ && pieces_left() == 0 && pipe_ == nullptr && head_sent();
  }
  bool head_sent() const { return head_done_; }
  bool source_done() const { return source_done_; }  // the message was read to its end
  // Bytes that the sink took, head and framing included.
  std::uint64_t sent() const { return sent_; }
  std::uint64_t body_bytes() const { return body_bytes_; }

 private:
  static constexpr std::size_t max_views = 8;
  static constexpr std::size_t copy_limit = 4096;
  // Measured: 20 to 40 KB cost half as much again by a pipe as by the buffer.
  static constexpr std::size_t splice_from = 128UL * 1024;

  std::size_t pieces_left() const { return piece_count_ - first_piece_; }
  void add(std::string_view piece);
  bool gather(ReadBuffer& buffer);
  bool gather_chunks(std::string_view bytes);
  void gather_plain(std::string_view bytes);
  void frame_pieces();
  void join_small();
  Step write(ReadBuffer& buffer, Stream& sink);
  Step read(Stream& source, ReadBuffer& buffer);
  void advance(std::size_t bytes, ReadBuffer& buffer);
  bool begin_splice(const Stream& source, ReadBuffer& buffer, const Stream& sink);
  Step splice(Stream& source, Stream& sink);

  Framing in_;
  Framing out_;
  std::string& head_;
  ChunkDecoder decoder_;
  std::uint64_t left_;  // of a body with a length
  std::uint64_t sent_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::size_t consume_ = 0;  // of the buffer, once all pieces are with the sink

  BlockPool::PooledPipe pipe_;  // held while the rest of the body is spliced

  std::array<iovec, max_views + 4> pieces_{};
  std::size_t first_piece_ = 0;
  std::size_t piece_count_ = 0;
  std::size_t views_at_ = 0;    // index of the first body view
  std::size_t view_bytes_ = 0;  // of all body views
  std::array<char, 20> chunk_head_{};
  bool head_done_ = false;
  bool source_done_ = false;
  bool closed_ = false;  // the last chunk was added
};

}  // namespace jkproxy::proxy
