#include "proxy/body_pump.hpp"

#include <algorithm>

namespace jkproxy::proxy {

namespace {

bool has_body(const Framing& framing) {
  return framing.kind == Framing::Kind::chunked || framing.kind == Framing::Kind::until_close ||
         (framing.kind == Framing::Kind::length && framing.length > 0);
}

}  // namespace

BodyPump::BodyPump(const Framing& in, const Framing& out, std::string& head)
    : in_{in},
      out_{out},
      head_{head},
      left_{in.length},
      head_done_{head.empty()},
      source_done_{!has_body(in)} {}

BodyPump::Step BodyPump::step(Stream& source, ReadBuffer& buffer, Stream& sink) {
  if (pipe_ != nullptr) return splice(source, sink);
  if (pieces_left() == 0 && !gather(buffer)) return Step::malformed;
  if (pieces_left() > 0) return write(buffer, sink);
  if (source_done_) return Step::finished;
  if (begin_splice(source, buffer, sink)) return splice(source, sink);
  return read(source, buffer);
}

// Fills `pieces_` with all that can be sent in one write. False: malformed.
bool BodyPump::gather(ReadBuffer& buffer) {
  first_piece_ = piece_count_ = view_bytes_ = consume_ = 0;
  if (!head_done_) add(head_);
  views_at_ = piece_count_;
  if (out_.kind == Framing::Kind::chunked) ++piece_count_;  // room for the chunk's head

  const auto first_view = piece_count_;
  if (!source_done_ && in_.kind == Framing::Kind::chunked) {
    if (!gather_chunks(buffer.unread())) return false;
  } else if (!source_done_) {
    gather_plain(buffer.unread());
  }
  if (out_.kind == Framing::Kind::chunked && view_bytes_ == 0) piece_count_ = first_view - 1;
  frame_pieces();
  join_small();
  if (pieces_left() == 0) buffer.consume(std::exchange(consume_, 0));
  return true;
}

void BodyPump::gather_plain(std::string_view bytes) {
  if (in_.kind == Framing::Kind::length) {
    bytes = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), left_));
    left_ -= bytes.size();
    source_done_ = left_ == 0;
  }
  if (bytes.empty()) return;
  add(bytes);
  view_bytes_ = consume_ = bytes.size();
}

bool BodyPump::gather_chunks(std::string_view bytes) {
  for (std::size_t views = 0; views < max_views && !decoder_.complete();) {
    const auto step = decoder_.decode(bytes.substr(consume_));
    consume_ += step.consumed;
    if (step.result == ChunkDecoder::Result::malformed) return false;
    if (step.result == ChunkDecoder::Result::need_more) break;
    if (step.body.empty()) continue;
    add(step.body);
    view_bytes_ += step.body.size();
    ++views;
  }
  source_done_ = decoder_.complete();
  return true;
}

// Puts the outgoing chunk framing around the views.
void BodyPump::frame_pieces() {
  body_bytes_ += view_bytes_;
  if (out_.kind != Framing::Kind::chunked) return;
  if (view_bytes_ > 0) {
    const auto head = chunk_head(view_bytes_, chunk_head_.data());
    pieces_[views_at_] = {.iov_base = chunk_head_.data(), .iov_len = head.size()};
    add(chunk_end);
  }
  if (source_done_ && !std::exchange(closed_, true)) add(last_chunk);
}

// A small body travels in one piece with the head: `send` costs less than `sendmsg`.
void BodyPump::join_small() {
  if (head_done_ || piece_count_ < 2 || view_bytes_ > copy_limit) return;
  for (std::size_t i = 1; i < piece_count_; ++i)
    head_.append(static_cast<const char*>(pieces_[i].iov_base), pieces_[i].iov_len);
  pieces_[0] = {.iov_base = head_.data(), .iov_len = head_.size()};
  piece_count_ = 1;
}

void BodyPump::add(std::string_view piece) {
  // writev does not write to what it sends.
  pieces_[piece_count_++] = {.iov_base = const_cast<char*>(piece.data()), .iov_len = piece.size()};
}

BodyPump::Step BodyPump::write(ReadBuffer& buffer, Stream& sink) {
  const auto result = sink.try_write({pieces_.data() + first_piece_, pieces_left()});
  if (result.blocked()) return Step::sink_blocked;
  if (!result.moved()) return Step::sink_failed;
  advance(result.bytes, buffer);
  return finished() ? Step::finished : Step::moved;
}

void BodyPump::advance(std::size_t bytes, ReadBuffer& buffer) {
  sent_ += bytes;
  for (; bytes > 0 && bytes >= pieces_[first_piece_].iov_len; ++first_piece_)
    bytes -= pieces_[first_piece_].iov_len;
  if (bytes > 0) {
    auto& piece = pieces_[first_piece_];
    piece.iov_base = static_cast<char*>(piece.iov_base) + bytes;
    piece.iov_len -= bytes;
    return;
  }
  if (pieces_left() > 0) return;
  head_done_ = true;
  buffer.consume(std::exchange(consume_, 0));
}

// Only where nothing has to be put around the bytes: a length in, the same length out.
bool BodyPump::begin_splice(const Stream& source, ReadBuffer& buffer, const Stream& sink) {
  if (left_ < splice_from || in_.kind != Framing::Kind::length || out_.kind != in_.kind)
    return false;
  if (!source.can_splice() || !sink.can_splice()) return false;
  pipe_ = buffer.pool().take_pipe();
  if (pipe_ == nullptr) return false;
  buffer.release_if_empty();
  return true;
}

BodyPump::Step BodyPump::splice(Stream& source, Stream& sink) {
  if (pipe_->empty()) {
    const auto filled = source.try_fill(*pipe_, left_);
    if (filled.blocked()) return Step::source_blocked;
    if (!filled.moved()) return Step::source_failed;
    left_ -= filled.bytes;
    source_done_ = left_ == 0;
  }
  const auto drained = sink.try_drain(*pipe_);
  if (drained.blocked()) return Step::sink_blocked;
  if (!drained.moved()) return Step::sink_failed;
  sent_ += drained.bytes;
  body_bytes_ += drained.bytes;
  if (!source_done_ || !pipe_->empty()) return Step::moved;
  pipe_.reset();
  return Step::finished;
}

BodyPump::Step BodyPump::read(Stream& source, ReadBuffer& buffer) {
  const auto space = buffer.space();
  if (space.empty()) return Step::malformed;  // a chunk's framing cannot be that long
  const auto result = source.try_read(space);
  if (result.moved()) {
    buffer.filled(result.bytes);
    return Step::moved;
  }
  buffer.release_if_empty();
  if (result.blocked()) return Step::source_blocked;
  if (result.kind == IoResult::Kind::ended && in_.kind == Framing::Kind::until_close) {
    source_done_ = true;
    return out_.kind == Framing::Kind::chunked ? Step::moved : Step::finished;
  }
  return Step::source_failed;
}

}  // namespace jkproxy::proxy
