/* The two innermost loops of tagging: sums of rows of the first layer, and best paths (Viterbi).

Each does the additions and comparisons of its NumPy counterpart (runtime.py, decoding.py) in the same order, so the
results are the same to the last bit; compile with -ffp-contract=off. Nothing is checked here: the caller knows that
every index lies inside its array.
*/

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(ONE_TARGET)
#define EVERY_TARGET __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define EVERY_TARGET
#endif

#ifdef _WIN32
#define PUBLIC __declspec(dllexport)
#else
#define PUBLIC __attribute__((visibility("default")))
#endif

#if defined(__GNUC__)
#define FETCH(address) __builtin_prefetch(address, 0, 2)
#else
#define FETCH(address) ((void)0)
#endif

#define BLOCK 64 /* units summed at a time: they stay in registers */
#define AHEAD 2  /* tokens whose pieces are fetched ahead: they come from memory in no order that a processor foresees */

/* Counts the changes of what the functions below take; kernels.py loads no library of another version. */
PUBLIC int32_t
kernels_version(void)
{
    return 1;
}

/* sums[t, u] = sum over the slots j of table[numbers[places[t] + j], j, u], then the larger of it and 0 if relu.

table [forms, window, units]; numbers: a row for each form of the text; places [tokens]: where each window begins in
numbers; sums [tokens, units]. */
PUBLIC EVERY_TARGET void
sum_rows(const float *restrict table, const int64_t *restrict numbers, const int64_t *restrict places, int64_t tokens,
         int64_t window, int64_t units, int32_t relu, float *restrict sums)
{
    for (int64_t t = 0; t < tokens; t++) {
        const int64_t *forms = numbers + places[t];
        float *sum = sums + t * units;
        int64_t begin = 0;
        if (t + AHEAD < tokens) {
            const int64_t *later = numbers + places[t + AHEAD];
            for (int64_t j = 0; j < window; j++)
                for (int64_t u = 0; u < units; u += 16)
                    FETCH(table + (later[j] * window + j) * units + u);
        }
        for (; begin + BLOCK <= units; begin += BLOCK) {
            const float *first = table + forms[0] * window * units + begin;
            float total[BLOCK];
            for (int u = 0; u < BLOCK; u++)
                total[u] = first[u];
            for (int64_t j = 1; j < window; j++) {
                const float *piece = table + (forms[j] * window + j) * units + begin;
                for (int u = 0; u < BLOCK; u++)
                    total[u] += piece[u];
            }
            if (relu)
                for (int u = 0; u < BLOCK; u++)
                    total[u] = total[u] > 0 ? total[u] : 0;
            memcpy(sum + begin, total, sizeof total);
        }
        if (begin == units)
            continue;
        const float *first = table + forms[0] * window * units;
        for (int64_t u = begin; u < units; u++)
            sum[u] = first[u];
        for (int64_t j = 1; j < window; j++) {
            const float *piece = table + (forms[j] * window + j) * units;
            for (int64_t u = begin; u < units; u++)
                sum[u] += piece[u];
        }
        if (relu)
            for (int64_t u = begin; u < units; u++)
                sum[u] = sum[u] > 0 ? sum[u] : 0;
    }
}

static float
largest(const float *values, int64_t count)
{
    float most = values[0];
    for (int64_t i = 1; i < count; i++)
        most = values[i] > most ? values[i] : most;
    return most;
}

/* The label numbers of each sentence's path of highest score; of equal paths the lower numbers win.

scores [tokens, stride], of which the first `labels` columns count; lengths [sentences], summing to tokens, some maybe 0;
start [labels], pairs [labels, labels] (from, to), end [labels]; best [tokens]; lost [sentences]: 1 where no path is
allowed (its labels are then meaningless); origins: room for the longest sentence, [length, labels]; room [2 * labels]. */
PUBLIC EVERY_TARGET void
best_paths(const float *restrict scores, int64_t stride, int64_t labels, const int64_t *restrict lengths,
           int64_t sentences, const float *restrict start, const float *restrict pairs, const float *restrict end,
           float lowest, int64_t *restrict best, uint8_t *restrict lost, int32_t *restrict origins,
           float *restrict room)
{
    float *restrict value = room, *restrict next = room + labels;
    for (int64_t s = 0; s < sentences; s++) {
        int64_t length = lengths[s];
        lost[s] = 0;
        if (!length)
            continue;
        for (int64_t k = 0; k < labels; k++)
            value[k] = start[k] + scores[k];
        for (int64_t t = 1; t < length; t++) {
            const float *score = scores + t * stride;
            int32_t *restrict origin = origins + t * labels;
            for (int64_t to = 0; to < labels; to++) {
                next[to] = value[0] + pairs[to];
                origin[to] = 0;
            }
            for (int64_t from = 1; from < labels; from++) {
                const float *pair = pairs + from * labels;
                float before = value[from];
                for (int64_t to = 0; to < labels; to++) {
                    float sum = pair[to] + before;
                    origin[to] = sum > next[to] ? (int32_t)from : origin[to];
                    next[to] = sum > next[to] ? sum : next[to];
                }
            }
            for (int64_t to = 0; to < labels; to++)
                next[to] += score[to];
            float top = largest(next, labels);
            top = top > lowest ? top : lowest;
            for (int64_t to = 0; to < labels; to++)
                value[to] = next[to] - top;
        }
        int64_t label = 0;
        float most = value[0] + end[0];
        for (int64_t k = 1; k < labels; k++)
            if (value[k] + end[k] > most) {
                most = value[k] + end[k];
                label = k;
            }
        lost[s] = most == -INFINITY;
        for (int64_t t = length - 1; t > 0; t--) {
            best[t] = label;
            label = origins[t * labels + label];
        }
        best[0] = label;
        scores += length * stride;
        best += length;
    }
}

/* The label of highest score of each token, the lowest of equal ones. scores [tokens, stride], the first `labels`
columns; best [tokens]. */
PUBLIC EVERY_TARGET void
best_labels(const float *restrict scores, int64_t stride, int64_t labels, int64_t tokens, int64_t *restrict best)
{
    for (int64_t t = 0; t < tokens; t++) {
        const float *score = scores + t * stride;
        float most[16];
        int64_t k = 0, label = 0;
        for (int i = 0; i < 16; i++)
            most[i] = -INFINITY;
        for (; k + 16 <= labels; k += 16)
            for (int i = 0; i < 16; i++)
                most[i] = score[k + i] > most[i] ? score[k + i] : most[i];
        for (int i = 0; k + i < labels; i++)
            most[i] = score[k + i] > most[i] ? score[k + i] : most[i];
        float top = most[0];
        for (int i = 1; i < 16; i++)
            top = most[i] > top ? most[i] : top;
        while (label < labels - 1 && score[label] != top)
            label++;
        best[t] = label;
    }
}
