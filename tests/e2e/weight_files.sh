# Weights given by file: what fits compiles, what does not is told at once with its place, and nothing is written.
source "$(dirname "$0")/common.sh"
source "$here/refuse.sh"
weights=$DATA/weights
cat >net.cnn <<'END'
network net(image: f32[1, 3, 4, 4]) {
    image |> conv1: conv(4, 2, bias=no) |> bn1: bn() |> global_avgpool |> flatten |> fc: dense(5, bias=no)
}
END
compile() { "$CNNC" net.cnn -o out/net.c "$@"; }

for file in stored.npz deflated.npz halves.safetensors; do
    compile --weights "$weights/$file" --init he --weights inline
    mv out/net.c $file.c
    rm out/*
done
# The same values, whoever wrote them: only the names of the files differ.
for file in deflated.npz halves.safetensors; do
    diff <(sed 's/stored.npz//g' stored.npz.c) <(sed "s/$file//g" $file.c) || fail "$file gives other code"
done
compile --init xavier --seed 2
rm out/*

# Where the parameter was declared, and all of them.
refused "net.cnn:2:.*stored.npz has no 'bn1.bias' f32\[4\].*net.cnn:2:.*no 'bn1.running_mean'" compile --weights "$weights/stored.npz"
sed 's/conv(4, 2/conv(4, 3/; s/fc:/head.fc:/' net.cnn >other.cnn
sed -i 's/head.fc:/"head.fc":/' other.cnn
refused "'conv1.weight' is f32\[4,3,3,3\] here, f32\[4,3,2,2\] in stored.npz.*no 'bn1.bias'" \
    "$CNNC" other.cnn -o out/net.c --weights "$weights/stored.npz"
refused "parameters without values" compile
expect 1 "wanted.npz: cannot be opened: No such file" compile --weights wanted.npz
nothing_left out
refused "brings its own weights" "$CNNC" "$digits/digits_resnet.onnx" -o out/net.c --weights "$weights/stored.npz"
# The digits' own names are others.
refused "digits_resnet.onnx has no 'conv1.weight'.*'stem.0.weight': is no parameter of this network" compile --weights "$digits/digits_resnet.onnx"

head -c 900 "$weights/stored.npz" >short.npz
refused "short.npz: is no readable .npz file" compile --weights short.npz
head -c 500 "$weights/halves.safetensors" >short.safetensors
refused "short.safetensors: '.*': is damaged" compile --weights short.safetensors
: >empty.safetensors
refused "empty.safetensors: is empty" compile --weights empty.safetensors
mkdir folder.npz
refused "folder.npz: is no regular file" compile --weights folder.npz
mkfifo fifo.npz
refused "fifo.npz: is no regular file" compile --weights fifo.npz
expect 2 "named .npz, .safetensors or .onnx, or auto, inline, embed or file, not 'net.pth'" compile --weights net.pth
