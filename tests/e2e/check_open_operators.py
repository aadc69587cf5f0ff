"""Operators along axes of open size: a model of each, one program for all sizes, against ONNX Runtime."""
import contextlib
import ctypes
import itertools
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime

# Open dimensions by name: their bounds, and a third size that is tried; of what they are multiples.
SIZES = {"N": [1, 5, 3], "P": [3, 7, 5], "R": [4, 8, 6], "H": [4, 19, 9], "W": [3, 11, 8], "T": [1, 13, 6], "U": [8, 40, 24], "V": [4, 36, 20]}
MULTIPLES = {"U": 8, "V": 4}

# Name, inputs, nodes that make y (and z). Integers are below 4, and indices for axes of at least 4.
MODELS = [
    ("slice_middle", "float[N,H,W] x", "s = Constant<value_ints=[1,-3]>() e = Constant<value_ints=[100,2147483647]>() a = Constant<value_ints=[1,2]>() y = Slice(x, s, e, a)"),
    ("slice_steps", "float[N,H,W] x", "s = Constant<value_ints=[2147483647,0]>() e = Constant<value_ints=[-2147483648,9223372036854775807]>() a = Constant<value_ints=[1,2]>() t = Constant<value_ints=[-1,2]>() y = Slice(x, s, e, a, t)"),
    ("slice_back", "float[N,H,W] x", "s = Constant<value_ints=[-2,-1]>() e = Constant<value_ints=[0,-9223372036854775807]>() a = Constant<value_ints=[1,0]>() t = Constant<value_ints=[-2,-1]>() y = Slice(x, s, e, a, t)"),
    ("slice_first", "float[N,H] x", "s = Constant<value_ints=[0]>() e = Constant<value_ints=[7]>() a = Constant<value_ints=[1]>() y = Slice(x, s, e, a)"),
    ("slice_computed", "float[N,H,W] x", "q = Shape(x) i = Constant<value_ints=[1]>() h = Gather(q, i) two = Constant<value_ints=[2]>() s = Div(h, two) y = Slice(x, s, h, i) o = Constant<value_ints=[0]>() z = Slice(x, o, s, i)"),
    ("slice_either_start", "float[N,H] x", "q = Shape<start=1>(x) c = Constant<value_ints=[7]>() s = Sub(q, c) e = Constant<value_ints=[2147483647]>() i = Constant<value_ints=[1]>() y = Slice(x, s, e, i)"),
    ("slice_either_end", "float[N,H] x", "q = Shape<start=1>(x) two = Constant<value_ints=[2]>() c = Constant<value_ints=[14]>() d = Mul(q, two) f = Sub(d, c) e = Min(f, two) s = Constant<value_ints=[2147483647]>() i = Constant<value_ints=[1]>() t = Constant<value_ints=[-1]>() y = Slice(x, s, e, i, t)"),
    ("slice_either_back", "float[H,W] x", "q = Shape<end=1>(x) c = Constant<value_ints=[7]>() s = Sub(q, c) e = Constant<value_ints=[-2147483648]>() i = Constant<value_ints=[0]>() t = Constant<value_ints=[-2]>() y = Slice(x, s, e, i, t)"),
    ("expand", "float[N,1,W] x, float[H,W] r", "q = Shape(x) n = Gather(q, zero) u = Shape(r) t = Concat<axis=0>(n, u) y = Expand(x, t)"),
    ("expand_batch", "float[1,W] x, float[N,H] r", "q = Shape(r) n = Gather(q, zero) one = Constant<value_ints=[1]>() t = Concat<axis=0>(n, one) y = Expand(x, t)"),
    ("expand_kept", "float[1,1,T] x, float[N,2] r", "q = Shape<end=1>(r) m = Constant<value_ints=[-1,-1]>() s = Concat<axis=0>(q, m) l = Shape(s) o = ConstantOfShape<value = int64[1] {1}>(l) k = Constant<value_int=-1>() n = Mul(o, k) e = Equal(s, n) w = Where(e, o, s) y = Expand(x, w)"),
    ("reshape_count", "float[N,H,W] x", "q = Shape<start=1>(x) p = ReduceProd<keepdims=1>(q) n = Shape<end=1>(x) t = Concat<axis=0>(n, p) y = Reshape(x, t) k = Neg(p) m = Constant<value_ints=[2147483647]>() a = Constant<value_ints=[1]>() z = Slice(y, k, m, a)"),
    ("dropout", "float[N,H] x", "y = Dropout(x)"),
    ("tile", "float[N,H] x", "t = Constant<value_ints=[2,3]>() y = Tile(x, t)"),
    ("tile_computed", "float[2,W] x, float[H] r", "q = Shape(r) one = Constant<value_ints=[1]>() t = Concat<axis=0>(q, one) y = Tile(x, t)"),
    ("transpose", "float[N,H,4,W] x", "y = Transpose<perm=[2,3,0,1]>(x)"),
    ("transpose_last", "float[N,H,W] x", "y = Transpose<perm=[1,2,0]>(x)"),
    ("reshape_rest", "float[N,H,6] x", "t = Constant<value_ints=[0,-1,2,3]>() y = Reshape(x, t) u = Constant<value_ints=[-1,3]>() z = Reshape(x, u)"),
    ("reshape_computed", "float[N,H,W] x", "q = Shape(x) n = Gather(q, zero) m = Constant<value_ints=[-1]>() t = Concat<axis=0>(n, m) y = Reshape(x, t)"),
    ("flatten", "float[N,H,W] x", "y = Flatten<axis=2>(x) f = Flatten<axis=0>(x) s = Constant<value_ints=[0]>() z = Squeeze(f, s)"),
    ("unsqueeze", "float[N,H] x", "a = Constant<value_ints=[0,3]>() y = Unsqueeze(x, a)"),
    ("concat", "float[N,H,W] x, float[N,T,W] r", "y = Concat<axis=1>(x, r, x)"),
    ("concat_first", "float[N,4] x, float[T,4] r", "y = Concat<axis=0>(r, x)"),
    ("split_fixed", "float[N,H,7] x", "s = Constant<value_ints=[3,4]>() y, z = Split<axis=2>(x, s)"),
    ("split_rest", "float[N,H,W] x", "q = Shape(x) i = Constant<value_ints=[1]>() h = Gather(q, i) three = Constant<value_ints=[3]>() r = Sub(h, three) s = Concat<axis=0>(three, r) y, z = Split<axis=1>(x, s)"),
    ("split_even", "float[N,H,W] x", "a = Concat<axis=1>(x, x) y, z = Split<axis=1, num_outputs=2>(a)"),
    ("gather", "float[H,W] x, int64[N,T] i", "y = Gather(x, i)"),
    ("gather_last", "float[N,W,H] x, int64[T] i", "y = Gather<axis=2>(x, i)"),
    ("gather_end", "float[N,H,W] x", "i = Constant<value_int=-1>() y = Gather<axis=1>(x, i)"),
    ("gather_elements", "float[N,H] x, int64[N,T] i", "y = GatherElements<axis=1>(x, i)"),
    ("gather_nd", "float[H,W] x, int64[N,T,1] i", "y = GatherND(x, i)"),
    ("gather_nd_batch", "float[N,H,W] x, int64[N,T,1] i", "y = GatherND<batch_dims=1>(x, i)"),
    ("scatter_elements", "float[N,H] x, int64[N,1] i, float[N,1] u", "y = ScatterElements<axis=1>(x, i, u)"),
    ("scatter_nd", "float[H,W] x, int64[1,1] i, float[1,W] u", "y = ScatterND(x, i, u)"),
    ("pad_constant", "float[N,H,W] x", "p = Constant<value_ints=[0,1,2,0,3,0]>() v = Constant<value_float=1.5>() y = Pad(x, p, v) m = Constant<value_ints=[0,-1,0,0,0,2]>() z = Pad(x, m)"),
    ("pad_reflect", "float[N,H,W] x", "p = Constant<value_ints=[0,1,2,0,3,0]>() y = Pad<mode=\"reflect\">(x, p)"),
    ("pad_edge", "float[N,H,W] x", "p = Constant<value_ints=[1,1,2,0,3,0]>() y = Pad<mode=\"edge\">(x, p)"),
    ("pad_wrap", "float[N,H,W] x", "p = Constant<value_ints=[0,1,2,0,3,0]>() y = Pad<mode=\"wrap\">(x, p)"),
    ("pad_computed", "float[N,H] x, float[T] r", "q = Shape(r) o = Constant<value_ints=[0,0,0]>() p = Concat<axis=0>(o, q) y = Pad(x, p)"),
    ("pad_to_multiple", "float[N,2,H,W] x", "four = Constant<value_ints=[4]>() q = Shape<start=2>(x) m = Mod(q, four) d = Sub(four, m) p = Mod(d, four) i = Constant<value_ints=[0]>() j = Constant<value_ints=[1]>()"
     " h = Gather(p, i) w = Gather(p, j) o = Constant<value_ints=[0,0,0,0]>() l = Concat<axis=0>(i, w, i, h, o) u = Constant<value_ints=[-1,2]>() a = Reshape(l, u) s = Constant<value_ints=[-1]>() e = Constant<value_ints=[-9223372036854775807]>()"
     " b = Slice(a, s, e, i, s) t = Transpose<perm=[1,0]>(b) f = Reshape(t, s) g = Cast<to=7>(f) y = Pad(x, g) z = MaxPool<kernel_shape=[4,4], strides=[4,4]>(y)"),
    ("where", "float[N,H,W] x, float[H,1] r", "c = Less(x, r) y = Where(c, x, r)"),
    ("broadcast", "float[N,1,W] x, float[H,1] r", "s = Add(x, r) y = Tanh(s)"),
    ("broadcast_int", "int64[N,H,4] x, int64[H,1] r", "y = Mul(x, r)"),
    ("shape_values", "float[N,H] x", "q = Shape(x) f = Cast<to=1>(q) s = Sqrt(f) t = ReduceProd<keepdims=0>(s) y = Div(x, t) z = Shape(x)"),
    *[(f"reduce_{op.lower()}", "float[N,H,W] x", f"a = Constant<value_ints=[1]>() y = Reduce{op}(x, a) b = Constant<value_ints=[0,2]>() z = Reduce{op}<keepdims=0>(x, b)")
      for op in ["Mean", "Sum", "Max", "Min", "Prod", "L1", "L2", "SumSquare", "LogSumExp"]],
    ("reduce_all", "float[N,H,W] x", "y = ReduceMean<keepdims=0>(x) a = Constant<value_ints=[-1]>() z = ReduceMean(x, a)"),
    ("arg_max", "float[N,H,W] x", "y = ArgMax<axis=1>(x) z = ArgMin<axis=0, keepdims=0, select_last_index=1>(x)"),
    ("cum_sum", "float[N,H,W] x", "a = Constant<value_int=1>() y = CumSum(x, a) b = Constant<value_int=-1>() z = CumSum<reverse=1, exclusive=1>(x, b)"),
    ("top_k", "float[N,H,W] x", "k = Constant<value_ints=[3]>() y, z = TopK<axis=1>(x, k)"),
    ("top_k_computed", "float[N,H,W] x, float[T] r", "q = Shape<start=1,end=2>(x) t = Shape(r) k = Min(q, t) y, z = TopK<axis=1>(x, k)"),
    ("top_k_limited", "float[N,H] x", "q = Shape<start=1>(x) k = Constant<value_ints=[10]>() m = Min(k, q) y, z = TopK<axis=-1, largest=0>(x, m)"),
    ("grid_sample", "float[N,2,H,W] x, float[N,T,H,2] r", "y = GridSample<align_corners=1>(x, r) z = GridSample<mode=\"cubic\", padding_mode=\"reflection\">(x, r)"),
    ("grid_sample_volume", "float[1,T,3,H,W] x, float[1,2,W,T,3] r", "y = GridSample<mode=\"nearest\", padding_mode=\"border\">(x, r)"),
    ("roi_align", "float[4,3,H,W] x, float[T,4] r, int64[T] i", "p = Abs(r) l, e = Split<axis=1, num_outputs=2>(p) h = Add(l, e) b = Concat<axis=1>(l, h) y = RoiAlign<output_height=2, output_width=3, sampling_ratio=2>(x, b, i)"),
    ("col2im", "float[N,6,T] x, float[N,8,U,V] r", "one = Constant<value_ints=[1]>() b = Constant<value_ints=[2]>() q = Shape<start=2>(x) i = Add(q, one) y = Col2Im(x, i, b) m = Constant<value_ints=[0,0,-1]>() f = Reshape(r, m) p = Shape<start=2>(r) c = Constant<value_ints=[2,2]>() e = Mul(p, c) z = Col2Im<strides=[2,2]>(f, e, c)"),
    ("col2im_padded", "float[N,4,H,W] x", "m = Constant<value_ints=[0,0,-1]>() f = Reshape(x, m) q = Shape<start=2>(x) b = Constant<value_ints=[2,2]>() y = Col2Im<pads=[0,1,2,1], dilations=[2,2]>(f, q, b)"),
    ("deform_conv", "float[N,4,H,W] x, float[N,18,H,W] o, float[N,9,H,W] m", "y = DeformConv<pads=[1,1,1,1]>(x, wc, o, , m)"),
    ("deform_conv_strides", "float[1,4,U,V] x, float[1,36,U,V] r", "o = AveragePool<kernel_shape=[2,2], strides=[2,2]>(r) y = DeformConv<pads=[1,1,1,1], strides=[2,2], offset_group=2>(x, wc, o)"),
    ("linear_attention", "float[N,T,8] q, float[N,T,4] k, float[N,T,6] v", "y, z = com.microsoft.LinearAttention<q_num_heads=4, kv_num_heads=2, update_rule=\"linear\">(q, k, v)"),
    ("linear_attention_gated", "float[N,T,4] q, float[N,T,4] k, float[N,T,6] v, float[N,2,2,3] s, float[N,T,2] a, float[N,T,2] b", "d = Neg(a) e = Exp(d) f = Neg(e) g = Sigmoid(b) y, z = com.microsoft.LinearAttention<q_num_heads=2, kv_num_heads=2, update_rule=\"gated_delta\">(q, k, v, s, f, g)"),
    ("affine_grid", "float[N,2,H,W] x, float[N,2,3] r", "q = Shape(x) g = AffineGrid(r, q) y = GridSample(x, g) z = AffineGrid<align_corners=1>(r, q)"),
    ("affine_grid_volume", "float[1,2,T,H,W] x, float[1,3,4] r, float[N,2,3] u", "q = Shape(x) y = AffineGrid(r, q) c = Constant<value_ints=[1,1,3,4]>() n = Shape<end=1>(u) o = Constant<value_ints=[1]>() e = Constant<value_ints=[4]>() t = Slice(c, o, e) p = Concat<axis=0>(n, t) z = AffineGrid(u, p)"),
    ("det", "float[N,H,3,3] x", "y = Det(x)"),
    ("max_unpool", "float[N,2,H,W] x", "p, i = MaxPool<kernel_shape=[2,3]>(x) y = MaxUnpool<kernel_shape=[2,3]>(p, i)"),
    ("reverse_sequence", "float[T,N,4] x, int64[N] i", "one = Constant<value_ints=[1]>() n = Add(i, one) q = Shape<end=1>(x) k = Min(n, q) y = ReverseSequence(x, k) t = Transpose<perm=[1,0,2]>(x) z = ReverseSequence<batch_axis=0, time_axis=1>(t, k)"),
    ("center_crop_pad", "float[N,H,W] x, float[T] r", "s = Constant<value_ints=[9,6]>() y = CenterCropPad<axes=[1,-1]>(x, s) q = Shape(r) z = CenterCropPad<axes=[1]>(x, q)"),
    ("one_hot", "int64[N,T] x", "d = Constant<value_int=4>() v = Constant<value_floats=[0.5,2.0]>() y = OneHot(x, d, v)"),
    ("einsum_attention", "float[N,H,3,4] q, float[N,T,3,4] k", "s = Einsum<equation=\"bihd,bjhd->bhij\">(q, k) p = Softmax<axis=-1>(s) y = Einsum<equation=\"bhij,bjhd->bihd\">(p, k)"),
    ("einsum_sums", "float[N,H] x, float[H,W] r, float[W] u", "y = Einsum<equation=\"nh,hw,w->n\">(x, r, u) z = Einsum<equation=\"...h,hw\">(x, r)"),
    ("einsum_repeats", "float[H,H] x, float[N,1] r, float[N,W] u", "d = Einsum<equation=\"ii->i\">(x) y = Tanh(d) z = Einsum<equation=\"ni,ni->in\">(u, r)"),
    ("range", "float[N,H] x", "h = Shape<start=1>(x) o = Constant<value_int=0>() one = Constant<value_int=1>() n = Squeeze(h) r = Range(o, n, one) f = Cast<to=1>(r) y = Add(x, f)"),
    ("divided_towards_zero", "float[N,H] x", "q = Shape<start=1>(x) t = Constant<value_ints=[10]>() s = Sub(q, t) two = Constant<value_ints=[2]>() h = Div(s, two) six = Constant<value_ints=[6]>() e = Add(h, six) c = ConstantOfShape<value = float[1] {2.0}>(e) m = ReduceMean<keepdims=0>(x) y = Add(c, m)"),
    ("range_float", "float[H,W] x", "q = Shape(x) f = Cast<to=1>(q) i = Constant<value_ints=[0]>() j = Constant<value_ints=[1]>() h0 = Gather(f, i) w0 = Gather(f, j) h = Squeeze(h0) w = Squeeze(w0) o = Constant<value_float=1.0>() k = Constant<value_float=-2.0>()"
     " a = Range(o, w, o) b = Range(h, o, k) p = Shape(a) l = Shape(b) t = Concat<axis=0>(l, p) c = Expand(a, t) m = Constant<value_ints=[-1,1]>() d = Reshape(b, m) e = Expand(d, t) y = Sub(c, e)"),
    ("reshape_allowzero", "float[N,H,6] x", "q = Shape<start=0,end=2>(x) u = Constant<value_ints=[-1,3]>() t = Concat<axis=0>(q, u) y = Reshape<allowzero=1>(x, t)"),
    ("whole_frames", "float[N,W] x", "q = Shape<start=1>(x) three = Constant<value_ints=[3]>() two = Constant<value_ints=[2]>() i = Constant<value_ints=[1]>() d = Sub(q, three) m = Mod(d, two) e = Sub(q, m) s = Slice(x, i, e, i) u = Constant<value_ints=[0,-1,2]>() y = Reshape(s, u)"),
    ("constant_of_shape", "float[N,H] x", "q = Shape(x) c = ConstantOfShape<value = float[1] {2.0}>(q) y = Add(x, c)"),
    ("trilu", "float[N,H,W] x", "y = Trilu(x) k = Constant<value_int=-2>() z = Trilu<upper=0>(x, k)"),
    ("trilu_batch", "float[N,H] x", "y = Trilu<upper=0>(x) q = Shape(x) c = ConstantOfShape<value = float[1] {1.0}>(q) k = Constant<value_int=1>() z = Trilu(c, k)"),
    ("eye_like", "float[H,W] x, int64[T,T] r", "y = EyeLike(x) z = EyeLike<k=-2, dtype=1>(r)"),
    ("causal_mask", "float[N,T,8] x", "p = Transpose<perm=[0,2,1]>(x) s = MatMul(x, p) q = Shape<start=1,end=2>(x) t = Concat<axis=0>(q, q) o = ConstantOfShape<value = float[1] {-10000.0}>(t) k = Constant<value_int=1>() m = Trilu(o, k) a = Add(s, m) b = Softmax<axis=-1>(a) y = MatMul(b, x)"),
    ("causal_where", "float[N,T,8] x", "p = Transpose<perm=[0,2,1]>(x) s = MatMul(x, p) q = Shape<start=1,end=2>(x) t = Concat<axis=0>(q, q) o = ConstantOfShape<value = bool[1] {1}>(t) m = Trilu<upper=0>(o) l = Constant<value_float=-10000.0>() a = Where(m, s, l) b = Softmax<axis=-1>(a) y = MatMul(b, x)"),
    ("attention_causal", "float[N,T,8] x", "s = Constant<value_ints=[4]>() a = Constant<value_ints=[2]>() o = Constant<value_ints=[0]>() k = Slice(x, o, s, a) y = Attention<q_num_heads=2, kv_num_heads=1, is_causal=1>(x, k, k)"),
    ("attention_masked", "float[N,2,T,4] x, float[N,2,H,4] r, float[T,H] b", "y = Attention(x, r, r, b)"),
    ("attention_past", "float[1,2,T,4] x, float[1,2,H,4] p", "y, k, z = Attention<is_causal=1>(x, x, x, , p, p)"),
    ("rotary", "float[N,2,T,4] x, float[T,2] r", "o = Constant<value_ints=[0]>() u = Unsqueeze(r, o) q = Shape<end=1>(x) t = Shape(r) s = Concat<axis=0>(q, t) e = Expand(u, s) y = RotaryEmbedding(x, e, e) i = Transpose<perm=[0,2,1,3]>(x) j = Constant<value_ints=[0,0,8]>() f = Reshape(i, j) z = RotaryEmbedding<num_heads=2, interleaved=1>(f, e, e)"),
    ("joined_attention", "float[N,T,8] x, float[8,24] w, float[24] b", "y = com.microsoft.Attention<num_heads=2, unidirectional=1>(x, w, b)"),
    ("multi_head", "float[N,T,8] q, float[N,H,8] k, float[N,H,8] v, int64[N,H] i", "m = Cast<to=6>(i) y = com.microsoft.MultiHeadAttention<num_heads=2>(q, k, v, , m)"),
    ("grouped_prompt", "float[N,T,32] q, float[N,T,16] k, float[N,T,16] v", "h = Shape<start=1,end=2>(q) n = Shape<end=1>(q) i = Constant<value_ints=[1]>() l = Sub(h, i) e = Expand(l, n) s = Cast<to=6>(e) u = Squeeze(h) t = Cast<to=6>(u) y, z, w = com.microsoft.GroupQueryAttention<num_heads=2, kv_num_heads=1>(q, k, v, , , s, t)"),
    ("grouped_behind", "float[1,T,64] x, float[1,1,H,16] p, float[40,8] c", "h = Shape<start=2,end=3>(p) u = Shape<start=1,end=2>(x) i = Constant<value_ints=[1]>() a = Add(h, u) l = Sub(a, i) s = Cast<to=6>(l) b = Squeeze(a) t = Cast<to=6>(b) y, w, z = com.microsoft.GroupQueryAttention<num_heads=2, kv_num_heads=1, do_rotary=1, local_window_size=4>(x, , , p, p, s, t, c, c)"),
    ("grouped_token", "float[N,1,32] q, float[N,1,16] k, float[N,1,P,16] p, float[N,R] m", "h = Shape<start=2,end=3>(p) n = Shape<end=1>(m) i = Constant<value_ints=[1]>() l = Sub(h, i) e = Expand(l, n) s = Cast<to=6>(e) r = Shape<start=1>(m) f = Cast<to=6>(r) t = Squeeze(f) y, w, v = com.microsoft.GroupQueryAttention<num_heads=2, kv_num_heads=1>(q, k, k, p, p, s, t)"),
    ("embeddings", "int64[N,T] i", "f = Cast<to=6>(i) y, w, z = com.microsoft.EmbedLayerNormalization(f, f, e4, e16, e4, g8, g8)"),
    ("gathered_blocks", "int64[N,T] i", "t = Constant<value = uint8[4,8] {11,48,85,122,159,196,233,14,51,88,125,162,199,236,17,54,91,128,165,202,239,20,57,94,131,168,205,242,23,60,97,134}>() s = Constant<value = float[4,1] {0.5,1.0,0.25,2.0}>() y = com.microsoft.GatherBlockQuantized<block_size=16, bits=4, quantize_axis=1>(t, i, s)"),
    ("product_of_bits", "float[N,T,16] x", "w = Constant<value = uint8[4,1,8] {11,48,85,122,159,196,233,14,51,88,125,162,199,236,17,54,91,128,165,202,239,20,57,94,131,168,205,242,23,60,97,134}>() s = Constant<value = float[4] {0.5,1.0,0.25,2.0}>() y = com.microsoft.MatMulNBits<K=16, N=4, bits=4, block_size=16>(x, w, s)"),
    ("fused", "float[N,T,8] x, float[N,H,8] r", "a = com.microsoft.FusedMatMul<transB=1, alpha=0.5>(x, r) y = com.microsoft.QuickGelu(a) z = com.microsoft.SkipSimplifiedLayerNormalization(x, x, g8)"),
    ("experts", "float[N,T,12] x", "c = Constant<value_ints=[-1,12]>() f = Reshape(x, c) r = MatMul(f, m0) y = com.microsoft.MoE<k=2, activation_type=\"silu\", normalize_routing_weights=1>(x, r, m1, , m2)"),
    ("causal_conv", "float[N,6,T] x, float[N,6,3] p", "y, z = com.microsoft.CausalConvWithState<activation=\"silu\">(x, c4, , p)"),
    ("gated_norms", "float[N,T,8] x, float[N,T,8] r", "y = com.microsoft.GatedRMSNorm(x, g8, r) z = com.microsoft.BranchwiseRMSNorm<num_branches=2>(x, g8)"),
    ("multimodal_rotary", "float[N,T,16] x, int64[3,N,T] i, float[40,4] c", "y = com.microsoft.MRotaryEmbedding<num_heads=2, mrope_section=[2,1,1]>(x, i, c, c)"),
    ("ngram_block", "int64[N,H] i, float[N,6] s", "b = com.microsoft.NGramRepeatBlock<ngram_size=2>(i, s) l = Constant<value_float=-100.0>() y = Max(b, l)"),
    ("unfold", "float[N,H,W] x", "y = com.microsoft.UnfoldTensor<dim=1, size=3, step=2>(x)"),
    ("inverse", "float[N,T,3,3] x", "c = Constant<value = float[3,3] {5.0,0.0,0.0,0.0,5.0,0.0,0.0,0.0,5.0}>() a = Add(x, c) y = com.microsoft.Inverse(a)"),
    ("crop_and_resize", "float[4,3,8,8] x, float[T,4] b, int64[T] i", "l = Sigmoid(b) j = Cast<to=6>(i) s = Constant<value = int32[2] {3,2}>() y = com.microsoft.CropAndResize(x, l, j, s)"),
    ("skip_normalization", "float[N,T,8] x, float[N,T,8] r, float[8] g", "y = com.microsoft.SkipLayerNormalization(x, r, g) z = com.microsoft.FastGelu(x)"),
    ("lower_by_sums", "float[H,W] x, float[N,W] r", "q = Shape(x) c = ConstantOfShape<value = int64[1] {1}>(q) a = Constant<value_int=1>() k = CumSum(c, a) b = Constant<value_int=0>() l = CumSum(c, b) m = LessOrEqual(l, k) o = Constant<value_float=0.0>() y = Where(m, x, o)"),
    ("depth_to_space", "float[N,8,H,W] x", "y = DepthToSpace<blocksize=2>(x) z = DepthToSpace<blocksize=2, mode=\"CRD\">(x)"),
    ("space_to_depth", "float[N,3,H,W] x", "u = Constant<value_ints=[1,1,2,2]>() t = Tile(x, u) y = SpaceToDepth<blocksize=2>(t)"),
    ("resize_scales", "float[N,2,H,W] x", "s = Constant<value_floats=[1.0,1.0,1.3,0.7]>() y = Resize<mode=\"linear\">(x, , s)"),
    ("resize_sizes", "float[1,2,H,W] x, float[T,7] r", "q = Shape(x) i = Constant<value_ints=[0,1]>() n = Gather(q, i) u = Shape(r) s = Concat<axis=0>(n, u) y = Resize<mode=\"nearest\">(x, , , s)"),
    ("stft", "float[N,H,1] x, float[N,W] r", "s = Constant<value_int=2>() f = Constant<value_int=4>() y = STFT(x, s, , f) h = Constant<value_floats=[0.5,1.0,0.25]>() z = STFT<onesided=0>(r, s, h)"),
    ("dft_lines", "float[N,H,16,2] x, float[N,W,9,2] r", "a = Constant<value_int=2>() y = DFT<inverse=1>(x, , a) z = DFT(r, , a)"),
    ("dft_behind", "float[N,12,H,W,1] x, float[N,7,T,2] r", "a = Constant<value_int=1>() y = DFT<onesided=1>(x, , a) z = DFT<inverse=1>(r, , a)"),
    ("dft_open", "float[N,H,W,1] x, float[N,T,2] r", "a = Constant<value_int=1>() y = DFT<onesided=1>(x, , a) b = Constant<value_int=-2>() z = DFT<inverse=1>(r, , b)"),
    ("dft_length", "float[H,W,2] x, float[T] r", "a = Constant<value_int=0>() q = Shape(r) n = Squeeze(q) y = DFT(x, n, a) l = Constant<value_int=9>() z = DFT<inverse=1>(x, l, a)"),
    ("stft_open", "float[N,H] x, float[H] w", "q = Shape<start=1>(x) f = Squeeze(q) s = Constant<value_int=2>() y = STFT(x, s, , f) r = Concat<axis=1>(x, x) z = STFT<onesided=0>(r, s, w)"),
    ("skips", "float[N,4,U,V] x", "a = Conv<pads=[1,1,1,1], strides=[2,2]>(x, wc) b = Conv<pads=[1,1,1,1], strides=[2,2]>(a, wc) s = Constant<value_floats=[1.0,1.0,2.0,2.0]>()"
     " u = Resize<mode=\"nearest\", coordinate_transformation_mode=\"asymmetric\", nearest_mode=\"floor\">(b, , s) f = Add(a, u) t = ConvTranspose<strides=[2,2]>(f, wt) y = Concat<axis=1>(x, t)"
     " p = MaxPool<kernel_shape=[2,2], strides=[2,2], ceil_mode=1>(x) q = AveragePool<kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]>(x) r = Add(p, q) z = Mul(r, f)"),
    ("halves", "float[N,U,V] x", "a, b = Split<axis=1, num_outputs=2>(x) y = Sub(a, b) c = Concat<axis=1>(b, a) z = Add(c, x)"),
    ("windows", "float[1,3,U,V] x", "d = Constant<value_ints=[4]>() q = Shape<start=2>(x) p = Div(q, d) i = Constant<value_ints=[0]>() j = Constant<value_ints=[1]>() h = Gather(p, i) w = Gather(p, j) c = Constant<value_ints=[3]>()"
     " s = Concat<axis=0>(j, c, h, d, w, d) r = Reshape(x, s) t = Transpose<perm=[0,2,4,3,5,1]>(r) o = Constant<value_ints=[-1,16,3]>() y = Reshape(t, o) z = SpaceToDepth<blocksize=4>(x)"),
    ("rnn", "float[T,N,4] x", "y, z = RNN<hidden_size=5>(x, w1, r1)"),
    ("gru", "float[T,N,4] x", "y, z = GRU<hidden_size=5, linear_before_reset=1>(x, w3, r3)"),
    ("lstm", "float[T,N,4] x, float[2,N,5] h, float[2,N,5] c", "y, z = LSTM<hidden_size=5, direction=\"bidirectional\">(x, w4, r4, , , h, c)"),
    ("conv_1d", "float[N,4,T] x", "y = Conv<pads=[1,1]>(x, wk)"),
    ("pool_batch", "float[N,H,W] x", "a = Constant<value_ints=[1]>() u = Unsqueeze(x, a) y = MaxPool<kernel_shape=[3,3], pads=[1,1,1,1]>(u) m = ReduceMean(y, a)  b = Constant<value_ints=[0]>() z = ReduceSum(m, b)"),
    ("if_sizes", "float[N,H] x, float[1] r", "o = Constant<value_ints=[0]>() s = Squeeze(r, o) f = Constant<value_float=0.0>() c = Greater(s, f) y = If(c) <then_branch = g1 () => (float[a,b] p) { p = Tanh(x) }, else_branch = g2 () => (float[a,b] q) { q = Neg(x) }>"),
    ("if_decided", "float[N,H,W] x", "q = Shape<start=1>(x) o = Constant<value_ints=[0]>() i = Constant<value_ints=[1]>() two = Constant<value_ints=[2]>() h = Gather(q, o) w = Gather(q, i) f = Div(w, two) g = Squeeze(f) t = Squeeze(h) k = Constant<value_int=12>()"
     " c = Equal(f, o) l = Less(g, t) e = Greater(t, k) s = Squeeze(c)"
     " u = If(s) <then_branch = g1 () => (float[a,b] p) { p = ReduceMean<keepdims=0>(x, i) }, else_branch = g2 () => (float[a,b,d] q2) { q2 = Neg(x) }> m = GreaterOrEqual(g, k)"
     " y = If(m) <then_branch = g3 () => (float[a,b] p3) { p3 = ReduceMean<keepdims=0>(u, i) }, else_branch = g4 () => (float[a,b,d] q4) { q4 = Tanh(u) }>"
     " z = If(e) <then_branch = g5 () => (float[a,b,d] p5) { p5 = Neg(y) }, else_branch = g6 () => (float[a,b,d] q6) { q6 = Abs(y) }>"),
    ("loop_sizes", "float[N,H] x", "m = Constant<value_int=3>() y, z = Loop(m, , x) <body = b (int64 i, bool c, float[a,b] v) => (bool d, float[a,b] w, float[a,b] k) { d = Identity(c) w = Mul(v, x) k = Add(v, x) }>"),
    ("loop_open", "float[T,H] x", "q = Shape<end=1>(x) m = Squeeze(q) o = Constant<value_ints=[0]>() f = ReduceSum<keepdims=0>(x, o) y, z = Loop(m, , f) <body = b (int64 i, bool c, float[a] v) => (bool d, float[a] w, float[a] k) { d = Identity(c) e = Gather(x, i) w = Add(v, e) k = Neg(w) }>"),
    ("loop_counted", "float[T,H] x", "q = Shape<end=1>(x) m = Squeeze(q) n = Cast<to=1>(m) o = Constant<value_ints=[0]>() f = ReduceSum<keepdims=0>(x, o) t = Constant<value_int=0>() a = Constant<value_float=0.0>() g = Less(a, n) u, y, z = Loop(, g, t, f) <body = b (int64 i, bool c, int64 t1, float[a] v) => (bool d, int64 t2, float[a] w, float[a] k) { one = Constant<value_int=1>() e = Gather(x, t1) w = Add(v, e) k = Neg(w) t2 = Add(t1, one) h = Cast<to=1>(t2) d = Less(h, n) }>"),
    ("loop_counted_twice", "float[T,H] x, float[1,W] r", "q = Shape<end=1>(x) m = Squeeze(q) p = Shape<start=1>(r) l = Squeeze(p) o = Constant<value_ints=[0]>() f = ReduceSum<keepdims=0>(x, o) t = Constant<value_int=20>() u, y, z = Loop(l, , t, f) <body = b (int64 i, bool c, int64 t1, float[a] v) => (bool d, int64 t2, float[a] w, float[a] k) { s = Constant<value_int=3>() w = Tanh(v) k = Neg(w) t2 = Sub(t1, s) e = Add(i, t2) one = Constant<value_int=1>() h = GreaterOrEqual(e, one) j = Less(i, m) d = And(h, j) }>"),
    ("scan_open", "float[T,H] x, float[H] s", "y, z = Scan<num_scan_inputs=1, body = b (float[a] v, float[a] e) => (float[a] w, float[a] k) { w = Add(v, e) k = Tanh(w) }>(s, x)"),
]

# The same where data decide how large results are: these are the sizes that there must be room for.
GROWING = [
    ("non_zero", "int64[N,H] x", "y = NonZero(x) s = Constant<value_ints=[1]>() f = Greater(x, s) c = NonZero(f) z = Transpose<perm=[1,0]>(c)",
     [lambda N, H: (2, N * H), lambda N, H: (N * H, 2)]),
    ("masked", "float[N,H,W] x, float[H,1] r", "m = Less(x, r) c = NonZero(m) t = Transpose<perm=[1,0]>(c) u = GatherND(x, t) y = Tanh(u)",
     [lambda N, H, W: (N * H * W,)]),
    ("compress", "float[H,W] x, int64[H] i", "c = Cast<to=9>(i) y = Compress<axis=0>(x, c) t = Transpose<perm=[1,0]>(x) z = Compress<axis=-1>(t, c)",
     [lambda H, W: (H, W), lambda H, W: (W, H)]),
    ("compress_flat", "float[N,H] x", "s = Constant<value_float=0.0>() m = Greater(x, s) o = Constant<value_ints=[-1]>() f = Reshape(m, o) y = Compress(x, f)", [lambda N, H: (N * H,)]),
    ("unique", "int64[N,H] x, float[T,2] r", "y = Unique(x) f = Round(r) z = Unique<axis=0>(f)", [lambda N, H, T: (N * H,), lambda N, H, T: (T, 2)]),
    ("unique_axis", "int64[H,N,W] x, float[N,T,2] r", "y = Unique<axis=1>(x) f = Round(r) z = Unique<axis=0, sorted=0>(f)", [lambda H, N, W, T: (H, N, W), lambda H, N, W, T: (N, T, 2)]),
    ("suppress", "float[N,T,4] b, float[N,3,T] s",
     "most = Constant<value_ints=[5]>() overlap = Constant<value_floats=[0.3]>() least = Constant<value_floats=[-0.5]>() y = NonMaxSuppression(b, s, most, overlap, least)",
     [lambda N, T: (N * 3 * min(T, 5), 3)]),
    ("detect", "float[1,T,4] b, float[1,2,T] s",
     "q = Shape<start=2>(s) overlap = Constant<value_floats=[0.5]>() c = NonMaxSuppression(b, s, q, overlap) two = Constant<value_ints=[2]>() i = Gather<axis=1>(c, two)"
     " a = Constant<value_ints=[1]>() k = Squeeze(i, a) z = Gather<axis=1>(b, k) o = Constant<value_ints=[0,2,1]>() t = Transpose<perm=[0,2,1]>(s) y = Gather<axis=1>(t, k)",
     [lambda T: (1, 2 * T, 2), lambda T: (1, 2 * T, 4)]),
]

WEIGHTS = {"w1": (1, 5, 4), "r1": (1, 5, 5), "w3": (1, 15, 4), "r3": (1, 15, 5), "w4": (2, 20, 4), "r4": (2, 20, 5), "wk": (6, 4, 3), "wc": (4, 4, 3, 3), "wt": (4, 5, 2, 2),
           "e4": (4, 8), "e16": (16, 8), "g8": (8,), "m0": (12, 3), "m1": (3, 16, 12), "m2": (3, 12, 16), "c4": (6, 1, 4)}


def build(name, inputs, nodes, rng):
    opset = 23 if re.search("Attention|Rotary", nodes) else 21  # ONNX Runtime has few operators of version 22
    both = re.search(r"\bz\b", nodes) is not None
    text = f'<ir_version: 10, opset_import: ["" : {opset}, "com.microsoft" : 1]> {name} ({inputs}) => (float y{", float z" if both else ""}) {{ {nodes} }}'
    model = onnx.parser.parse_model(text)
    for tensor, shape in WEIGHTS.items():
        if re.search(rf"\b{tensor}\b", nodes):
            model.graph.initializer.append(onnx.numpy_helper.from_array((rng.standard_normal(shape) / 2).astype(np.float32), tensor))
    if re.search(r"\bzero\b", nodes):
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.zeros(1, np.int64), "zero"))
    for output in model.graph.output:
        output.type.Clear()
    onnx.save(onnx.shape_inference.infer_shapes(model), f"{name}.onnx")
    model = onnx.load(f"{name}.onnx")
    return model


def dims_of(model):
    return [(i.name, [d.dim_param or d.dim_value for d in i.type.tensor_type.shape.dim], i.type.tensor_type.elem_type) for i in model.graph.input]


def arrays_of(model, sizes, rng):
    arrays = {}
    for name, dims, elem in dims_of(model):
        shape = [sizes.get(d, d) for d in dims]
        arrays[name] = rng.integers(0, 4, shape) if elem == onnx.TensorProto.INT64 else rng.standard_normal(shape).astype(np.float32)
    return arrays


def call(library, name, header, arrays, outputs, sizes):
    macro = lambda what: int(re.search(rf"#define {name.upper()}_{what} (\d+)", header).group(1))
    workspace = np.full(macro("WORKSPACE_SIZE") + 64, 0xff, np.uint8)
    parameters = re.search(rf"int {name}_run_pointers\(([^;]*)\);", header).group(1)
    given = [sizes["N" if p == "batch" else p] for p in re.findall(r"int64_t (\w+)", parameters)]
    pointers = lambda list: (ctypes.c_void_p * len(list))(*[a.ctypes.data for a in list])
    return getattr(library, f"{name}_run_pointers")(pointers(arrays), pointers(outputs), ctypes.c_void_p(workspace.ctypes.data + 63 & ~63),
                                                    *[ctypes.c_int64(s) for s in given])


def guarded(shape, dtype):
    """An array, and what it lies in: bytes behind it must stay as they are."""
    count = int(np.prod(shape))
    whole = np.frombuffer(bytearray(b"\xa5" * (count * np.dtype(dtype).itemsize + 64)), np.uint8)
    return whole[:count * np.dtype(dtype).itemsize].view(dtype).reshape(shape), whole


def compare(want, got, sizes, k):
    error = np.abs(got.astype(float) - want.astype(float)).max() / max(np.abs(want.astype(float)).max(), 1e-30) if want.size else 0
    assert error <= 1e-5, f"{sizes}: output {k} is {error:.1e} off"


def check(name, model, library, rng, rooms=None):
    header = open(f"{name}.h").read()
    session = onnxruntime.InferenceSession(f"{name}.onnx", providers=["CPUExecutionProvider"])
    used = sorted({d for _, dims, _ in dims_of(model) for d in dims if isinstance(d, str)})
    tries = [{d: SIZES[d][k] for d in used} for k in range(3)] + [{d: SIZES[d][i % 2] for i, d in enumerate(used)}]
    for sizes in tries:
        arrays = arrays_of(model, sizes, rng)
        want = session.run(None, arrays)
        shapes = [(w.shape, w.dtype) for w in want]
        if rooms:  # each output, and what it holds of it
            shapes = [s for w, room in zip(want, rooms) for s in ((room(**sizes), w.dtype), ((w.ndim,), np.int64))]
        got = [guarded(*s) for s in shapes]
        inputs = [np.ascontiguousarray(a) for a in arrays.values()]
        status = call(library, name, header, inputs, [g[0] for g in got], sizes)
        assert status == 0, f"{sizes}: returned {status}"
        for k, (g, whole) in enumerate(got):
            assert (whole[g.nbytes:] == 0xa5).all(), f"{sizes}: wrote behind output {k}"
        for k, w in enumerate(want):
            g = got[2 * k if rooms else k][0]
            if rooms:
                held = tuple(got[2 * k + 1][0])
                assert held == w.shape, f"{sizes}: output {k} holds {held}, not {w.shape}"
                g = g[tuple(slice(0, h) for h in held)]
            compare(w, g, sizes, k)
        for d in used:
            multiple = MULTIPLES.get(d, 1)
            for wrong in (SIZES[d][0] - multiple, SIZES[d][1] + multiple, *range(SIZES[d][0] + 1, SIZES[d][0] + multiple)):
                blank = [guarded(*s) for s in shapes]
                status = call(library, name, header, inputs, [b[0] for b in blank], {**sizes, d: wrong})
                assert status == 6 and all((whole == 0xa5).all() for _, whole in blank), f"{d}={wrong}: returned {status}, or wrote"


def main(cnnc, only):
    rng = np.random.default_rng(11)
    wrong = []
    made = {}
    rooms = {name: room for name, _, _, room in GROWING}
    for name, inputs, nodes in MODELS + [g[:3] for g in GROWING]:
        if only and name not in only:
            continue
        model = build(name, inputs, nodes, rng)
        used = {d for _, dims, _ in dims_of(model) for d in dims if isinstance(d, str)}
        options = itertools.chain.from_iterable(["--dim", f"{d}={SIZES[d][0]}..{SIZES[d][1]}:{MULTIPLES.get(d, 1)}"] for d in sorted(used))
        done = subprocess.run([cnnc, f"{name}.onnx", "--target=generic", "--prefix", name, "-o", f"{name}.c", *options], capture_output=True, text=True)
        if done.returncode:
            wrong.append(f"{name}: {done.stderr.strip()}")
            continue
        made[name] = model
    halves = [[f"{n}.c" for n in list(made)[half::2]] for half in range(2)]
    objects = [subprocess.Popen(["gcc", "-std=c11", "-O1", "-fPIC", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror", "-c",
                                 *files]) for files in halves if files]
    assert not any([p.wait() for p in objects]), "gcc"
    subprocess.run(["gcc", "-shared", "-o", "operators.so", *[f"{n}.o" for n in made], "-lm"], check=True)
    library = ctypes.CDLL("./operators.so")
    for name, model in made.items():
        try:
            check(name, model, library, rng, rooms.get(name))
        except AssertionError as e:
            wrong.append(f"{name}: {e}")
    print(f"{len(made)} models, {len(wrong)} wrong", *wrong, sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        sys.exit(main(program, sys.argv[2:]))
